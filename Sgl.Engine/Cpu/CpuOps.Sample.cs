using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows, Span<SampledToken> results) =>
        throw new NotImplementedException();

    public void Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top, Span<SampledToken> results) =>
        throw new NotImplementedException();
}
