using System.Runtime.InteropServices;
using Sgl.Cuda.Interop;

namespace Sgl.Cuda;

/// <summary>Finds out whether CUDA can be used, for "--device cuda" and "--device auto".</summary>
public static unsafe class CudaDevices
{
    /// <summary>The oldest GPUs with bf16 matrix instructions and asynchronous copies (Ampere).</summary>
    public const int LeastMajor = 8;

    /// <summary>Never throws: what is missing comes back as <see cref="CudaProbe.Problem"/>.</summary>
    public static CudaProbe Probe()
    {
        string? folders = Environment.GetEnvironmentVariable(NativeLibraries.FoldersVariable);
        (string Library, string Needed)[] needed =
        [
            (NativeLibraries.Driver, "the NVIDIA driver"),
            (NativeLibraries.Nvrtc, "NVRTC of CUDA 12 or 13"),
            (NativeLibraries.CublasLt, "cuBLASLt of CUDA 12 or 13"),
        ];
        foreach ((string library, string what) in needed)
        {
            if (NativeLibraries.WhyMissing(library, folders) is { } why)
                return Unusable($"{what} was not found: {why}");
        }
        try
        {
            return ProbeDevices();
        }
        catch (CudaException error)
        {
            return Unusable($"the driver is there, but {error.Message}");
        }
    }

    private static CudaProbe ProbeDevices()
    {
        Driver.Check(Driver.Init(0));
        Driver.Check(Driver.DeviceGetCount(out int count));
        CudaDevice[] devices = [.. Enumerable.Range(0, count).Select(Describe)];
        CudaDevice[] usable = [.. devices.Where(device => device.Major >= LeastMajor)];
        if (usable.Length > 0)
            return new CudaProbe(usable, null);
        string found = string.Join(", ", devices.Select(d => $"{d.Name} ({d.Major}.{d.Minor})"));
        return Unusable(count == 0
            ? "the driver sees no GPU (is CUDA_VISIBLE_DEVICES empty?)"
            : $"no GPU has compute capability {LeastMajor}.0 or newer; found {found}");
    }

    private static CudaDevice Describe(int ordinal)
    {
        Driver.Check(Driver.DeviceGet(out int device, ordinal));
        byte* name = stackalloc byte[256];
        Driver.Check(Driver.DeviceGetName(name, 256, device));
        Driver.Check(Driver.DeviceTotalMem(out nuint bytes, device));
        return new CudaDevice(
            ordinal,
            Marshal.PtrToStringUTF8((nint)name) ?? "",
            Attribute(Driver.AttributeComputeMajor),
            Attribute(Driver.AttributeComputeMinor),
            Attribute(Driver.AttributeMultiprocessors),
            Attribute(Driver.AttributeSharedBytesOptIn),
            (long)bytes);

        int Attribute(int attribute)
        {
            Driver.Check(Driver.DeviceGetAttribute(out int value, attribute, device));
            return value;
        }
    }

    private static CudaProbe Unusable(string problem) => new([], $"CUDA cannot be used: {problem}.");
}
