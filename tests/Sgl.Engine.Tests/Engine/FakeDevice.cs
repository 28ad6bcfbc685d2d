using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Engine;

/// <summary>
/// A device whose memory is counted, and ends, as a GPU's does: weights, KV pool and steps share it, and what a step
/// took stays taken.
/// </summary>
internal sealed class FakeDevice(long bytes, long loadedBytes = 0, DeviceTraits? traits = null) : WrappedOps
{
    private long _taken;
    private long _step;
    private long _largestStep;

    public override string Description => "fake";

    public override DeviceTraits Traits { get; } =
        traits ?? new DeviceTraits { ChunkedPrefillSize = 64, ReservesSteps = true };

    public override long AvailableBytes => bytes - _taken - _largestStep - LoadedBytes;

    public override long LoadedBytes => loadedBytes;

    /// <summary>Rows of every tensor of logits.</summary>
    public List<int> Sampled { get; } = [];

    public override Weight Load(IReadOnlyList<CheckpointTensor> parts)
    {
        Need(parts.Sum(part => (long)part.Data.Rows * part.Data.Columns * part.Data.ElementSize));
        return base.Load(parts);
    }

    public override Tensor Allocate(DataType type, int rows, int columns)
    {
        long more = 4L * rows * columns;
        Need(more);
        _taken += more;
        return base.Allocate(type, rows, columns);
    }

    public override void Begin(Pass pass)
    {
        _step = 0;
        base.Begin(pass);
    }

    public override Tensor Scratch(DataType type, int rows, int columns)
    {
        _step += 4L * rows * columns;
        Need(_step - _largestStep);
        _largestStep = Math.Max(_largestStep, _step);
        return base.Scratch(type, rows, columns);
    }

    public override Func<SampledToken[]> Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows)
    {
        Sampled.Add(rows.Length);
        return base.Sample(logits, rows);
    }

    private void Need(long more)
    {
        if (more > AvailableBytes)
            throw new DeviceMemoryException($"{more:N0} bytes were asked for, {AvailableBytes:N0} are free on fake");
    }
}
