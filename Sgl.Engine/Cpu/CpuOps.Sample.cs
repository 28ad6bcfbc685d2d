using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    private SamplingJob? _sampling;

    public Func<SampledToken[]> Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows)
    {
        Check.Shape(logits, rows.Length, logits.Columns);
        SampledToken[] results = new SampledToken[rows.Length];
        (_sampling ??= new SamplingJob(_pool)).Sample(logits, rows, results);
        return () => results;
    }

    public Func<SampledToken[]> Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top)
    {
        Check.Shape(logits, tokens.Length, logits.Columns);
        SampledToken[] results = new SampledToken[tokens.Length];
        (_sampling ??= new SamplingJob(_pool)).Logprobs(logits, tokens, top, results);
        return () => results;
    }
}
