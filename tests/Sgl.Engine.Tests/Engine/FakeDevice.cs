using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Engine;

/// <summary>
/// A device whose memory is counted, and ends, as a GPU's does: weights, KV pool and steps share it, and what a step
/// took stays taken. The CPU does the work.
/// </summary>
internal sealed class FakeDevice(long bytes) : IOps
{
    private readonly CpuOps _cpu = new(threads: 1);
    private long _taken;
    private long _step;
    private long _largestStep;

    public string Description => "fake";

    public DataType ActivationType => DataType.Float32;

    public DeviceTraits Traits { get; init; } = new() { ChunkedPrefillSize = 64, ReservesSteps = true };

    public long AvailableBytes => bytes - _taken - _largestStep - LoadedBytes;

    public long LoadedBytes { get; init; }

    /// <summary>Rows of every tensor of logits.</summary>
    public List<int> Sampled { get; } = [];

    public Weight Load(IReadOnlyList<CheckpointTensor> parts)
    {
        Need(parts.Sum(part => (long)part.Data.Rows * part.Data.Columns * part.Data.ElementSize));
        return _cpu.Load(parts);
    }

    public Tensor Allocate(DataType type, int rows, int columns)
    {
        long more = 4L * rows * columns;
        Need(more);
        _taken += more;
        return _cpu.Allocate(type, rows, columns);
    }

    public void Begin(Pass pass)
    {
        _step = 0;
        _cpu.Begin(pass);
    }

    public Tensor Scratch(int rows, int columns) => Scratch(DataType.Float32, rows, columns);

    public Tensor Scratch(DataType type, int rows, int columns)
    {
        _step += 4L * rows * columns;
        Need(_step - _largestStep);
        _largestStep = Math.Max(_largestStep, _step);
        return _cpu.Scratch(type, rows, columns);
    }

    public void Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows, Span<SampledToken> results)
    {
        Sampled.Add(rows.Length);
        _cpu.Sample(logits, rows, results);
    }

    public void Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top, Span<SampledToken> results) =>
        _cpu.Logprobs(logits, tokens, top, results);

    public void GatherRows(Tensor x, ReadOnlySpan<int> rows, Tensor output) => _cpu.GatherRows(x, rows, output);

    public void Embed(Pass pass, Weight table, float scale, Tensor output) => _cpu.Embed(pass, table, scale, output);

    public void Linear(Tensor x, Weight weight, Weight? bias, Tensor output) => _cpu.Linear(x, weight, bias, output);

    public void RmsNorm(Tensor x, Weight weight, float epsilon, float offset, Tensor output) =>
        _cpu.RmsNorm(x, weight, epsilon, offset, output);

    public void AddRmsNorm(Tensor residual, Tensor x, Weight weight, float epsilon, float offset, Tensor output) =>
        _cpu.AddRmsNorm(residual, x, weight, epsilon, offset, output);

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

    public void SoftCap(Tensor x, float cap) => _cpu.SoftCap(x, cap);

    public void Dispose() => _cpu.Dispose();

    private void Need(long more)
    {
        if (more > AvailableBytes)
            throw new DeviceMemoryException($"{more:N0} bytes were asked for, {AvailableBytes:N0} are free on fake");
    }
}
