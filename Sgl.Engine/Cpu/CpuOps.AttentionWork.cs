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

            private const int LineFloats = (int)CacheLine / sizeof(float);

            // For so many queries it pays to lay a block's keys and values side by side first.
            private const int QueriesWorthPacking = 8;

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
                QueryState* states = stackalloc QueryState[tile.Queries];
                int* numbers = stackalloc int[KeyBlock];
                for (int j = 0; j < KeyBlock; j++)
                    numbers[j] = j;

                // On a cache line's border: vectors that straddle two lines are read at half the speed.
                bool pack = tile.Queries >= QueriesWorthPacking;
                int rowsOfHeadDim = 2 * tile.Queries + (pack ? 2 * KeyBlock : 0);
                float* floats = stackalloc float[LineFloats + rowsOfHeadDim * _headDim + tile.Queries * KeyBlock];
                float* scores = (float*)(((nuint)floats + CacheLine - 1) & ~(CacheLine - 1));
                float* queries = scores + tile.Queries * KeyBlock;
                float* values = queries + tile.Queries * _headDim;
                float* packedKeys = values + tile.Queries * _headDim;
                float* packedValues = packedKeys + KeyBlock * _headDim;
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
                    int* slots = tile.Sequence.Slots + block;
                    var keyRows = new SlotRows(Row(layer.Keys, 0) + kvHead * _headDim, slots, layer.Keys.Stride);
                    var valueRows = new SlotRows(Row(layer.Values, 0) + kvHead * _headDim, slots, layer.Values.Stride);
                    if (pack)
                    {
                        keyRows = keyRows.Pack<TSimd, TVector>(packedKeys, numbers, keys, _headDim);
                        valueRows = valueRows.Pack<TSimd, TVector>(packedValues, numbers, keys, _headDim);
                    }

                    Score(queries, tile.Queries, keyRows, keys, scores);
                    for (int i = 0; i < tile.Queries; i++)
                        Weigh(scores + i * KeyBlock, ref states[i], block, values + i * _headDim);
                    AddValues(scores, states, tile.Queries, valueRows, values);
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
            private void Score(float* queries, int count, SlotRows rows, int keys, float* scores)
            {
                for (int j = 0; j < keys; j += 4)
                {
                    // Past the last key it is computed again, and nobody looks.
                    var four = new DotTiles<TSimd, TVector, KeyElement>.Rows(
                        (byte*)rows[j],
                        (byte*)rows[Math.Min(j + 1, keys - 1)],
                        (byte*)rows[Math.Min(j + 2, keys - 1)],
                        (byte*)rows[Math.Min(j + 3, keys - 1)]);
                    DotTiles<TSimd, TVector, KeyElement>.Run(
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
                float* weights, QueryState* states, int queries, SlotRows valueRows, float* values)
            {
                var rows = new ValueRows<TSimd, TVector>(valueRows, _headDim);
                int size;
                for (int i = 0; i < queries; i += size)
                {
                    int left = queries - i;
                    size = left >= 4 && SimdLimits.HasThirtyTwoRegisters ? 4 : left >= 2 ? 2 : 1;

                    // What all of them see in one go; before and after that each by itself.
                    int from = 0, to = KeyBlock;
                    for (int g = i; g < i + size; g++)
                    {
                        from = Math.Max(from, states[g].From);
                        to = Math.Min(to, states[g].From + states[g].Count);
                    }

                    to = Math.Max(from, to);
                    float* weight = weights + i * KeyBlock, sum = values + i * _headDim;
                    for (int g = 0; g < size; g++)
                    {
                        QueryState state = states[i + g];
                        int end = Math.Min(from, state.From + state.Count);
                        rows.AddOne(weight + g * KeyBlock, sum + g * _headDim, state.From, end);
                    }

                    if (size == 4)
                        rows.AddFour(weight, KeyBlock, sum, _headDim, from, to);
                    else if (size == 2)
                        rows.AddTwo(weight, KeyBlock, sum, _headDim, from, to);
                    else
                        rows.AddOne(weight, sum, from, to);
                    for (int g = 0; g < size; g++)
                    {
                        QueryState state = states[i + g];
                        rows.AddOne(weight + g * KeyBlock, sum + g * _headDim, to, state.From + state.Count);
                    }
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
