using System.Reflection;
using System.Runtime.InteropServices;

namespace Sgl.Cuda.Interop;

/// <summary>Where the driver, NVRTC and cuBLASLt are looked for, and under which names.</summary>
internal static class NativeLibraries
{
    public const string Driver = "cuda";
    public const string Nvrtc = "nvrtc";
    public const string CublasLt = "cublasLt";

    /// <summary>Folders to search first, joined by colons.</summary>
    public const string FoldersVariable = "SGL_CUDA_LIBS";

    private static readonly string[] _usualFolders = ["/usr/local/cuda/lib64", "/usr/local/nvidia/lib64"];

    private static readonly Lazy<bool> _registered = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, Resolve);
        return true;
    });

    /// <summary>Makes the bindings of this assembly find their libraries; every binding class calls it first.</summary>
    public static void Register() => _ = _registered.Value;

    /// <summary>File names of a library, newest first.</summary>
    public static IReadOnlyList<string> FileNames(string library) => library switch
    {
        Driver => ["libcuda.so.1", "libcuda.so"],
        Nvrtc => ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"],
        CublasLt => ["libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so"],
        _ => [],
    };

    /// <summary>
    /// Every name to try, in order: in the given folders, by the loader's own search, in the usual folders.
    /// </summary>
    /// <param name="folders">The value of SGL_CUDA_LIBS; may be null.</param>
    public static IEnumerable<string> Candidates(string library, string? folders)
    {
        IReadOnlyList<string> names = FileNames(library);
        IEnumerable<string> given = (folders ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return given.SelectMany(folder => names.Select(name => Path.Combine(folder, name)))
            .Concat(names)
            .Concat(_usualFolders.SelectMany(folder => names.Select(name => Path.Combine(folder, name))));
    }

    /// <summary>Null when the library loads; else one line that says what was looked for and where.</summary>
    public static string? WhyMissing(string library, string? folders)
    {
        foreach (string candidate in Candidates(library, folders))
        {
            if (NativeLibrary.TryLoad(candidate, out nint handle))
            {
                NativeLibrary.Free(handle);
                return null;
            }
        }
        string given = string.IsNullOrEmpty(folders) ? "not set" : folders;
        return $"none of {string.Join(", ", FileNames(library))} in {FoldersVariable} ({given}), "
            + $"the loader's path or {string.Join(", ", _usualFolders)}";
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path)
    {
        foreach (string candidate in Candidates(library, Environment.GetEnvironmentVariable(FoldersVariable)))
        {
            if (NativeLibrary.TryLoad(candidate, out nint handle))
                return handle;
        }
        return 0;
    }
}
