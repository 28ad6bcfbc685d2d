using Sgl.Cuda.Interop;

namespace Sgl.Cuda.Tests.Interop;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void GivenFoldersComeFirstThenTheLoaderThenTheUsualFolders()
    {
        string[] candidates = [.. NativeLibraries.Candidates(NativeLibraries.Nvrtc, "/a:/b")];
        Assert.Equal("/a/libnvrtc.so.13", candidates[0]);
        Assert.Equal("/a/libnvrtc.so.12", candidates[1]);
        Assert.Equal("/b/libnvrtc.so.13", candidates[3]);
        Assert.Equal("libnvrtc.so.13", candidates[6]);
        Assert.Equal("/usr/local/cuda/lib64/libnvrtc.so.13", candidates[9]);
    }

    [Theory]
    [InlineData(NativeLibraries.Driver)]
    [InlineData(NativeLibraries.Nvrtc)]
    [InlineData(NativeLibraries.CublasLt)]
    public void WithoutFoldersTheLoaderIsAskedFirst(string library) =>
        Assert.Equal(NativeLibraries.FileNames(library)[0], NativeLibraries.Candidates(library, null).First());

    [Fact]
    public void AMissingLibraryIsOneLineWithNamesAndPlaces()
    {
        string? why = NativeLibraries.WhyMissing("no-such-library", "/nowhere");
        Assert.NotNull(why);
        Assert.Contains("SGL_CUDA_LIBS (/nowhere)", why);
        Assert.DoesNotContain('\n', why);
    }

    [Fact]
    public void TheProbeNeverThrowsAndSaysWhatIsMissing()
    {
        CudaProbe probe = CudaDevices.Probe();
        Assert.Equal(probe.Problem is null, probe.Devices.Count > 0);
        if (probe.Problem is { } problem)
        {
            Assert.StartsWith("CUDA cannot be used: ", problem);
            Assert.DoesNotContain('\n', problem);
        }
    }

    [Theory]
    [InlineData("Driver.MemAlloc(out address, bytes)", "MemAlloc")]
    [InlineData("MemAlloc", "MemAlloc")]
    [InlineData("Nvrtc.GetCubin(program, (byte*)f(x))", "GetCubin")]
    public void ACallIsNamedByItsFunction(string expression, string name) =>
        Assert.Equal(name, Cuda.Interop.Driver.Called(expression));

    [Fact]
    public void AnErrorNamesCallErrorAndCode()
    {
        CudaException error = new("cuMemAlloc", "CUDA_ERROR_OUT_OF_MEMORY", 2, "16 bytes");
        Assert.Equal("cuMemAlloc failed: CUDA_ERROR_OUT_OF_MEMORY (2): 16 bytes", error.Message);
    }
}
