using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Sgl.Cuda.Compilation;

/// <summary>One .cu file of this assembly with the options that it is compiled with.</summary>
/// <param name="Name">File name without its ending.</param>
/// <param name="Options">As NVRTC takes them.</param>
internal sealed record KernelSource(string Name, IReadOnlyList<string> Options)
{
    /// <summary>What kernels include.</summary>
    public static readonly IReadOnlyList<string> Headers = ["Common.cuh", "Matrix.cuh"];

    public string FileName => $"{Name}.cu";

    public string Text => Read(FileName);

    /// <summary>Text of a header of this assembly.</summary>
    public static string ReadHeader(string fileName) => Read(fileName);

    private static string Read(string fileName)
    {
        Assembly assembly = typeof(KernelSource).Assembly;
        using Stream stream = assembly.GetManifestResourceStream(fileName)
            ?? throw new FileNotFoundException($"No kernel file {fileName} in {assembly.GetName().Name}.");
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>
    /// Names the compiled form: any change of the source, a header, the options or the compiler changes it.
    /// </summary>
    public string Hash(string compilerVersion)
    {
        string[] parts = [compilerVersion, .. Options, .. Headers.Select(ReadHeader), Text];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))));
    }
}
