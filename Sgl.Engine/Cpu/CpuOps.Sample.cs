using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    private SamplingJob? _sampling;

    public void Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows, Span<SampledToken> results)
    {
        Check.Shape(logits, rows.Length, logits.Columns);
        (_sampling ??= new SamplingJob(_pool)).Sample(logits, rows, results);
    }

    public void Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top, Span<SampledToken> results)
    {
        Check.Shape(logits, tokens.Length, logits.Columns);
        (_sampling ??= new SamplingJob(_pool)).Logprobs(logits, tokens, top, results);
    }
}
