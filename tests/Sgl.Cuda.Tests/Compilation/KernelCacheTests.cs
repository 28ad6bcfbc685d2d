using Sgl.Cuda.Compilation;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Tests.Compilation;

public sealed class KernelCacheTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"sgl-kernels-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void CompilesOnce()
    {
        int compiled = 0;
        byte[] Compile()
        {
            compiled++;
            return [1, 2, 3];
        }
        Assert.Equal([1, 2, 3], new KernelCache(_folder).GetOrAdd("h", Compile));
        Assert.Equal([1, 2, 3], new KernelCache(_folder).GetOrAdd("h", Compile));
        Assert.Equal(1, compiled);
        Assert.Equal(["h.cubin"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Fact]
    public void AnEmptyFileIsMadeAnew()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllBytes(Path.Combine(_folder, "h.cubin"), []);
        Assert.Equal([7], new KernelCache(_folder).GetOrAdd("h", () => [7]));
    }

    [Fact]
    public void WorksWhereNothingCanBeWritten()
    {
        File.WriteAllText(_folder, "a file where the folder would be");
        Assert.Equal([7], new KernelCache(_folder).GetOrAdd("h", () => [7]));
        File.Delete(_folder);
    }

    [Fact]
    public void EverythingThatMattersChangesTheHash()
    {
        string[] options = KernelLibrary.BaseOptions("sm_90a", DataType.BFloat16);
        string hash = new KernelSource("Elementwise", options).Hash("13.0");
        Assert.Equal(hash, new KernelSource("Elementwise", [.. options]).Hash("13.0"));
        Assert.NotEqual(hash, new KernelSource("Elementwise", options).Hash("12.9"));
        Assert.NotEqual(hash, new KernelSource("RmsNorm", options).Hash("13.0"));
        Assert.NotEqual(hash, new KernelSource("Elementwise", [.. options, "-DHEAD_DIM=64"]).Hash("13.0"));
        string[] half = KernelLibrary.BaseOptions("sm_90a", DataType.Float16);
        Assert.NotEqual(hash, new KernelSource("Elementwise", half).Hash("13.0"));
    }
}
