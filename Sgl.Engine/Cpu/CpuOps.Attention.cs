using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void Attention(Pass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output)
    {
        Check.Shape(q, pass.TokenCount, shape.Heads * shape.HeadDim);
        Check.Shape(output, pass.TokenCount, shape.Heads * shape.HeadDim);
        Check.Shape(layer.Keys, layer.Values.Rows, shape.KvHeads * shape.HeadDim);
        Check.Shape(layer.Values, layer.Keys.Rows, shape.KvHeads * shape.HeadDim);
        _kernels.Attention(IndicesOf(pass, layer), pass.Sequences.Length, q, layer, shape, output);
    }

    internal static void AttentionReference(Pass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output)
    {
        foreach (PassSequence sequence in pass.Sequences)
        {
            for (int i = 0; i < sequence.QueryCount; i++)
            {
                int visible = sequence.Slots.Length - sequence.QueryCount + i + 1;
                int first = shape.Window == 0 ? 0 : Math.Max(0, visible - shape.Window);
                ReadOnlySpan<int> slots = sequence.Slots.Span[first..visible];
                for (int head = 0; head < shape.Heads; head++)
                {
                    int offset = head * shape.HeadDim;
                    int kvOffset = head / (shape.Heads / shape.KvHeads) * shape.HeadDim;
                    AttentionReference(
                        q.Row(sequence.QueryStart + i).Slice(offset, shape.HeadDim),
                        slots,
                        layer,
                        kvOffset,
                        shape,
                        output.Row(sequence.QueryStart + i).Slice(offset, shape.HeadDim));
                }
            }
        }
    }

    private static void AttentionReference(
        ReadOnlySpan<float> q,
        ReadOnlySpan<int> slots,
        KvLayer layer,
        int kvOffset,
        AttentionShape shape,
        Span<float> output)
    {
        var weights = new double[slots.Length];
        for (int j = 0; j < slots.Length; j++)
        {
            double score = 0;
            for (int d = 0; d < shape.HeadDim; d++)
                score += (double)q[d] * layer.Keys.Row(slots[j])[kvOffset + d];
            score *= shape.Scale;
            weights[j] = shape.SoftCap == 0 ? score : shape.SoftCap * Math.Tanh(score / shape.SoftCap);
        }

        double max = weights.Max();
        double sum = 0;
        for (int j = 0; j < slots.Length; j++)
            sum += weights[j] = Math.Exp(weights[j] - max);
        for (int d = 0; d < shape.HeadDim; d++)
        {
            double value = 0;
            for (int j = 0; j < slots.Length; j++)
                value += weights[j] * layer.Values.Row(slots[j])[kvOffset + d];
            output[d] = (float)(value / sum);
        }
    }

    private abstract partial class Kernels
    {
        public abstract void Attention(
            PassIndices indices, int sequences, Tensor q, KvLayer layer, AttentionShape shape, Tensor output);
    }

    private sealed partial class Kernels<TSimd, TVector>
    {
        // Queries (token by head) that share one pass over the keys, as far as a worker's stack holds them.
        private const int MostQueries = 64;
        private const int MostQueryElements = 8 * 1024;

        // Fewer multiplications than this are not worth another thread.
        private const long LeastAttentionWork = 30_000;

        public override void Attention(
            PassIndices indices, int sequences, Tensor q, KvLayer layer, AttentionShape shape, Tensor output)
        {
            int group = shape.Heads / shape.KvHeads;
            int most = Math.Clamp(MostQueryElements / shape.HeadDim, 1, MostQueries);
            int tiles = 0;
            for (int i = 0; i < sequences; i++)
                tiles += (indices.Sequences[i].NewTokens * group + most - 1) / most;

            _temporary.Reset();
            var tile = (AttentionTile*)_temporary.Take((nuint)tiles * (nuint)sizeof(AttentionTile));
            var work = new AttentionWork(tile, q, layer, shape, output);
            long pairs = 0;
            for (int i = 0; i < sequences; i++)
            {
                SequenceIndices sequence = indices.Sequences[i];
                int queries = sequence.NewTokens * group;
                pairs += (long)queries * sequence.ContextLength;
                for (int first = 0; first < queries; first += most)
                    *tile++ = new AttentionTile(sequence, first, Math.Min(most, queries - first));
            }

            bool alone = pairs * shape.HeadDim < LeastAttentionWork;
            pool.Run(work, tiles * shape.KvHeads, alone);
        }
    }
}
