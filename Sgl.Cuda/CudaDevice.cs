namespace Sgl.Cuda;

/// <summary>One GPU as the driver describes it.</summary>
/// <param name="Ordinal">Its number in CUDA_VISIBLE_DEVICES' order.</param>
/// <param name="Major">Compute capability, for example 9 and 0 for Hopper.</param>
/// <param name="SharedBytes">Most shared memory that one block may ask for.</param>
public sealed record CudaDevice(
    int Ordinal, string Name, int Major, int Minor, int Multiprocessors, int SharedBytes, long TotalBytes)
{
    /// <summary>The name for NVRTC: with the architecture's own instructions where it has such.</summary>
    public string Architecture => $"sm_{Major}{Minor}{(Major >= 9 ? "a" : "")}";
}
