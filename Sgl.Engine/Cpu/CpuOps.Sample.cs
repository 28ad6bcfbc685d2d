using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    private Sampler? _sampler;

    public void Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows, Span<SampledToken> results)
    {
        Sampler sampler = SamplerFor(logits.Columns);
        for (int i = 0; i < rows.Length; i++)
            results[i] = sampler.Sample(logits.Row(i), rows[i]);
    }

    public void Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top, Span<SampledToken> results)
    {
        Sampler sampler = SamplerFor(logits.Columns);
        for (int i = 0; i < tokens.Length; i++)
            results[i] = sampler.Logprobs(logits.Row(i), tokens[i], top[i]);
    }

    private Sampler SamplerFor(int vocabulary)
    {
        if (_sampler?.Vocabulary != vocabulary)
            _sampler = new Sampler(vocabulary);
        return _sampler;
    }
}
