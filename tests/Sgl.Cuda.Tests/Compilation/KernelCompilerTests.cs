using Sgl.Cuda.Compilation;
using Sgl.Cuda.Interop;
using Sgl.Cuda.Kernels;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Tests.Compilation;

/// <summary>
/// Kernels are text until NVRTC reads them: where it is installed, with or without a GPU, every one must compile.
/// </summary>
public sealed class KernelCompilerTests
{
    public static TheoryData<string, string[]> Kernels()
    {
        var data = new TheoryData<string, string[]>
        {
            { "Elementwise", [] }, { "RmsNorm", [] }, { "Rope", [] }, { "MatrixVector", [] }, { "Sample", [] },
            { "BatchInvariant", [] }, { "LayerNorm", [] }, { "ReadBandwidth", [] },
            { "AttentionAny", ["-DSOFT_CAP"] },
        };
        foreach (int headDim in (int[])[80, 256])
        {
            data.Add("AttentionDecode", Attention.Options(headDim, softCap: true));
            data.Add("AttentionPrefill", Attention.Options(headDim, softCap: false));
        }
        data.Add("AttentionPrefill", [.. Attention.Options(128, softCap: false), "-DTOKENS=32"]);
        return data;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void CompilesOrSaysThatNvrtcIsMissing(string name, string[] options)
    {
        KernelSource source = new(name, [.. KernelLibrary.BaseOptions("sm_80", DataType.BFloat16), .. options]);
        string? folders = Environment.GetEnvironmentVariable(NativeLibraries.FoldersVariable);
        if (NativeLibraries.WhyMissing(NativeLibraries.Nvrtc, folders) is null)
            Assert.NotEmpty(KernelCompiler.Compile(source));
        else
            Assert.Throws<DllNotFoundException>(() => KernelCompiler.Compile(source));
    }

    [Fact]
    public void NoKernelIncludesAToolkitHeader()
    {
        var assembly = typeof(KernelSource).Assembly;
        string[] files = [.. assembly.GetManifestResourceNames().Where(name => name.Contains(".cu"))];
        Assert.Contains("Elementwise.cu", files);
        foreach (string file in files)
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(file)!);
            string[] lines = reader.ReadToEnd().Split('\n');
            Assert.InRange(lines.Length, 1, 400);
            Assert.All(lines.Where(line => line.StartsWith("#include", StringComparison.Ordinal)), line =>
                Assert.Contains(line["#include ".Length..].Trim('"'), KernelSource.Headers));
        }
    }
}
