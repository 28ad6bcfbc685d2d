namespace Sgl.Bench.Devices;

/// <summary>What the machine does at most, measured in the same run as what a model does on it.</summary>
/// <param name="ReadBytesPerSecond">Of the memory that holds the weights.</param>
/// <param name="FlopPerSecond">Of products: on a GPU a large one in 16 bits, on a CPU the multiply-adds.</param>
internal sealed record MachineRates(double ReadBytesPerSecond, double FlopPerSecond)
{
    public override string ToString() =>
        FormattableString.Invariant($"reads {ReadBytesPerSecond / 1e9:0} GB/s, {FlopPerSecond / 1e12:0.00} TFLOP/s");
}
