using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Engine;

/// <summary>The CPU's operations, for devices that are made up in tests: they override what is theirs.</summary>
internal abstract class WrappedOps : IOps
{
    private readonly CpuOps _cpu = new(threads: 1);

    public virtual string Description => _cpu.Description;

    public virtual DataType ActivationType => _cpu.ActivationType;

    public virtual DeviceTraits Traits => _cpu.Traits;

    public virtual long AvailableBytes => _cpu.AvailableBytes;

    public virtual long LoadedBytes => _cpu.LoadedBytes;

    public virtual bool RunsAhead => _cpu.RunsAhead;

    public virtual IReadOnlyList<int> ReplaySizes => _cpu.ReplaySizes;

    public virtual Weight Load(IReadOnlyList<CheckpointTensor> parts) => _cpu.Load(parts);

    public virtual Tensor Allocate(DataType type, int rows, int columns) => _cpu.Allocate(type, rows, columns);

    public virtual void Begin(Pass pass) => _cpu.Begin(pass);

    public virtual Tensor Replay(Pass pass, Func<Tensor> forward) => _cpu.Replay(pass, forward);

    public Tensor Scratch(int rows, int columns) => Scratch(ActivationType, rows, columns);

    public virtual Tensor Scratch(DataType type, int rows, int columns) => _cpu.Scratch(type, rows, columns);

    public void Embed(Pass pass, Weight table, float scale, Tensor output) => _cpu.Embed(pass, table, scale, output);

    public void Linear(Tensor x, Weight weight, Weight? bias, Tensor output) => _cpu.Linear(x, weight, bias, output);

    public void RmsNorm(Tensor x, Weight weight, float epsilon, float offset, Tensor output) =>
        _cpu.RmsNorm(x, weight, epsilon, offset, output);

    public void AddRmsNorm(Tensor residual, Tensor x, Weight weight, float epsilon, float offset, Tensor output) =>
        _cpu.AddRmsNorm(residual, x, weight, epsilon, offset, output);

    public void LayerNorm(Tensor x, Weight weight, Weight? bias, float epsilon, Tensor output) =>
        _cpu.LayerNorm(x, weight, bias, epsilon, output);

    public void Add(Tensor x, Tensor y) => _cpu.Add(x, y);

    public void RopeAngles(Pass pass, RopeFrequencies frequencies, Tensor angles) =>
        _cpu.RopeAngles(pass, frequencies, angles);

    public void RopeAndStore(
        Pass pass, Tensor q, Tensor k, Tensor v, int headDim, Tensor? angles, RopeStyle style, KvLayer layer) =>
        _cpu.RopeAndStore(pass, q, k, v, headDim, angles, style, layer);

    public void Attention(Pass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output) =>
        _cpu.Attention(pass, q, layer, shape, output);

    public void GatedActivation(Tensor gateUp, Activation activation, Tensor output) =>
        _cpu.GatedActivation(gateUp, activation, output);

    public void GatherRows(Tensor x, ReadOnlySpan<int> rows, Tensor output) => _cpu.GatherRows(x, rows, output);

    public void SoftCap(Tensor x, float cap) => _cpu.SoftCap(x, cap);

    public virtual Func<SampledToken[]> Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows) =>
        _cpu.Sample(logits, rows);

    public virtual Func<SampledToken[]> Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top) =>
        _cpu.Logprobs(logits, tokens, top);

    public void Dispose() => _cpu.Dispose();
}
