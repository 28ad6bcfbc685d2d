using System.Runtime.CompilerServices;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    /// <summary>
    /// Some queries of one sequence and one kv head: query i is head i % group of new token i / group.
    /// </summary>
    private readonly record struct AttentionTile(SequenceIndices Sequence, int FirstQuery, int Queries);

    private sealed partial class Kernels<TSimd, TVector>
    {
        /// <summary>
        /// A piece is a tile by a kv head. Keys go by in blocks counted from the sequence's first token, with a running
        /// maximum and sum. A query meets the same blocks in the same order whatever chunk or batch it came in, and
        /// nothing of another query's, so neither changes its bits.
        /// </summary>
        private readonly struct AttentionWork(
            AttentionTile* tiles, Tensor q, KvLayer layer, AttentionShape shape, Tensor output) : IWork
        {
            private const int KeyBlock = 64;

            private readonly int _kvHeads = shape.KvHeads;
            private readonly int _group = shape.Heads / shape.KvHeads;
            private readonly int _headDim = shape.HeadDim;
            private readonly float _scale = shape.Scale;
            private readonly int _window = shape.Window;
            private readonly float _softCap = shape.SoftCap;

            [SkipLocalsInit]
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public void Run(int piece)
            {
                AttentionTile tile = tiles[piece / _kvHeads];
                int kvHead = piece % _kvHeads;
                float* queries = stackalloc float[tile.Queries * _headDim];
                float* values = stackalloc float[tile.Queries * _headDim];
                float* scores = stackalloc float[tile.Queries * KeyBlock];
                QueryState* states = stackalloc QueryState[tile.Queries];
                for (int i = 0; i < tile.Queries; i++)
                {
                    float* query = Query(q, tile, i, kvHead);
                    for (int d = 0; d < _headDim; d++)
                        queries[i * _headDim + d] = query[d] * _scale;
                    int visible = tile.Sequence.ContextLength - tile.Sequence.NewTokens + Token(tile, i) + 1;
                    int first = _window == 0 ? 0 : Math.Max(0, visible - _window);
                    states[i] = new QueryState { First = first, Visible = visible, Max = float.MinValue };
                }

                new Span<float>(values, tile.Queries * _headDim).Clear();
                int end = states[tile.Queries - 1].Visible;
                for (int block = states[0].First / KeyBlock * KeyBlock; block < end; block += KeyBlock)
                {
                    int keys = Math.Min(KeyBlock, end - block);
                    Score(queries, tile.Queries, tile.Sequence.Slots + block, keys, kvHead, scores);
                    for (int i = 0; i < tile.Queries; i++)
                        Weigh(scores + i * KeyBlock, ref states[i], block, values + i * _headDim);
                    AddValues(scores, states, tile.Queries, tile.Sequence.Slots + block, kvHead, values);
                }

                for (int i = 0; i < tile.Queries; i++)
                {
                    float* result = Query(output, tile, i, kvHead);
                    float factor = (float)(1 / states[i].Sum);
                    for (int d = 0; d < _headDim; d++)
                        result[d] = values[i * _headDim + d] * factor;
                }
            }

            private int Token(AttentionTile tile, int i) => (tile.FirstQuery + i) / _group;

            private float* Query(Tensor tensor, AttentionTile tile, int i, int kvHead)
            {
                int head = kvHead * _group + (tile.FirstQuery + i) % _group;
                return Row(tensor, tile.Sequence.FirstRow + Token(tile, i)) + head * _headDim;
            }

            /// <summary>scores[i, j] = query i · key j, also of keys that the query does not see.</summary>
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private void Score(float* queries, int count, int* slots, int keys, int kvHead, float* scores)
            {
                float* first = (float*)layer.Keys.Address + kvHead * _headDim;
                nint stride = layer.Keys.Stride;
                for (int j = 0; j < keys; j += 4)
                {
                    // Past the last key it is computed again, and nobody looks.
                    var four = new DotTiles<TSimd, TVector, Float32Element>.Rows(
                        (byte*)(first + slots[j] * stride),
                        (byte*)(first + slots[Math.Min(j + 1, keys - 1)] * stride),
                        (byte*)(first + slots[Math.Min(j + 2, keys - 1)] * stride),
                        (byte*)(first + slots[Math.Min(j + 3, keys - 1)] * stride));
                    DotTiles<TSimd, TVector, Float32Element>.Run(
                        count, queries, _headDim, four, _headDim, scores + j, KeyBlock);
                }
            }

            /// <summary>
            /// Turns a query's scores into e^(score - maximum), and rescales what a lower maximum had led to.
            /// </summary>
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private void Weigh(float* scores, ref QueryState state, int block, float* values)
            {
                state.From = Math.Max(state.First - block, 0);
                int count = Math.Min(state.Visible - block, KeyBlock) - state.From;
                state.Count = Math.Max(count, 0);
                if (count <= 0)
                    return;
                scores += state.From;
                if (_softCap != 0)
                    CapRow(scores, _softCap, count);
                float max = MaxOf(scores, count, state.Max);
                if (max > state.Max)
                {
                    float rescale = SimdMath<Simd1, float>.Exp(state.Max - max);
                    for (int d = 0; d < _headDim; d++)
                        values[d] *= rescale;
                    state.Sum *= rescale;
                    state.Max = max;
                }

                state.Sum += ExpAndSum(scores, count, max);
            }

            /// <summary>
            /// values[i] += sum over the block's keys of weight j of query i times value j, in order of j.
            /// </summary>
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            private void AddValues(
                float* weights, QueryState* states, int queries, int* slots, int kvHead, float* values)
            {
                var rows = new ValueRows<TSimd, TVector>(
                    (float*)layer.Values.Address + kvHead * _headDim, slots, layer.Values.Stride, _headDim);
                int i = 0;
                for (; i + 1 < queries; i += 2)
                {
                    // What both see in one go; before and after that each by itself.
                    float* w0 = weights + i * KeyBlock, w1 = w0 + KeyBlock;
                    float* v0 = values + i * _headDim, v1 = v0 + _headDim;
                    QueryState s0 = states[i], s1 = states[i + 1];
                    int from = Math.Max(s0.From, s1.From);
                    int to = Math.Max(from, Math.Min(s0.From + s0.Count, s1.From + s1.Count));
                    rows.AddOne(w0, v0, s0.From, Math.Min(from, s0.From + s0.Count));
                    rows.AddOne(w1, v1, s1.From, Math.Min(from, s1.From + s1.Count));
                    rows.AddTwo(w0, w1, v0, v1, from, to);
                    rows.AddOne(w0, v0, to, s0.From + s0.Count);
                    rows.AddOne(w1, v1, to, s1.From + s1.Count);
                }

                if (i < queries)
                {
                    QueryState last = states[i];
                    rows.AddOne(weights + i * KeyBlock, values + i * _headDim, last.From, last.From + last.Count);
                }
            }
        }

        /// <summary>
        /// Where a query stands: the keys it sees, in the context and in the current block; maximum and sum so far.
        /// </summary>
        private struct QueryState
        {
            public int First;
            public int Visible;
            public int From;
            public int Count;
            public float Max;
            public double Sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float MaxOf(float* x, int count, float least)
        {
            TVector max = TSimd.Create(least);
            int i = 0;
            for (; i < Whole(count); i += TSimd.Count)
                max = TSimd.Max(max, TSimd.Load(x + i));
            least = TSimd.MaxAcross(max);
            for (; i < count; i++)
                least = MathF.Max(least, x[i]);
            return least;
        }

        /// <summary>x = e^(x - max) in place; returns the sum.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float ExpAndSum(float* x, int count, float max)
        {
            TVector sum = default;
            int i = 0;
            for (; i < Whole(count); i += TSimd.Count)
            {
                TVector e = SimdMath<TSimd, TVector>.Exp(TSimd.Subtract(TSimd.Load(x + i), TSimd.Create(max)));
                TSimd.Store(e, x + i);
                sum = TSimd.Add(sum, e);
            }

            float total = TSimd.Sum(sum);
            for (; i < count; i++)
                total += x[i] = SimdMath<Simd1, float>.Exp(x[i] - max);
            return total;
        }
    }
}
