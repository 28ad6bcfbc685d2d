namespace Sgl.Cuda.Compilation;

/// <summary>
/// Compiled kernels on disk, by hash. A folder that cannot be written costs time at the next start, nothing else.
/// </summary>
/// <param name="folder">Made when it is missing.</param>
internal sealed class KernelCache(string folder)
{
    /// <summary>$XDG_CACHE_HOME/sgl-orleans/kernels, ~/.cache/sgl-orleans/kernels where that is not set.</summary>
    public static string DefaultFolder
    {
        get
        {
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(cache))
                cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "sgl-orleans", "kernels");
        }
    }

    /// <summary>The compiled form from disk, or made by <paramref name="compile"/> and kept.</summary>
    public byte[] GetOrAdd(string hash, Func<byte[]> compile)
    {
        string path = Path.Combine(folder, $"{hash}.cubin");
        if (TryRead(path) is { } known)
            return known;
        byte[] cubin = compile();
        TryWrite(path, cubin);
        return cubin;
    }

    private static byte[]? TryRead(string path)
    {
        try
        {
            return File.Exists(path) && File.ReadAllBytes(path) is { Length: > 0 } bytes ? bytes : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void TryWrite(string path, byte[] cubin)
    {
        // Written beside and renamed: another process never reads half a file.
        string unfinished = $"{path}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(unfinished, cubin);
            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A read-only home is no reason to fail: the kernels are in memory.
        }
    }
}
