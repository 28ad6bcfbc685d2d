namespace Sgl.Cuda;

/// <summary>What there is of CUDA on this machine.</summary>
/// <param name="Devices">Usable GPUs; empty when anything is missing.</param>
/// <param name="Problem">
/// One line for the user: what is missing and where it was looked for; null when nothing is.
/// </param>
public sealed record CudaProbe(IReadOnlyList<CudaDevice> Devices, string? Problem)
{
    public bool IsUsable => Problem is null;
}
