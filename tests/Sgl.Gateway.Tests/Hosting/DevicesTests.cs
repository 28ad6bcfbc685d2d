using Sgl.Cuda;
using Sgl.Engine.Requests;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Hosting;

namespace Sgl.Gateway.Tests.Hosting;

public sealed class DevicesTests
{
    private readonly List<string> _log = [];

    [Fact]
    public void TheCpuIsTakenWithoutALook()
    {
        Assert.Null(Devices.Choose(Options("cpu"), _log.Add));
        Assert.Empty(_log);
    }

    [Fact]
    public void AutoTakesTheGpuOrSaysWhyNot()
    {
        bool usable = CudaDevices.Probe().IsUsable;
        Assert.Equal(usable, Devices.Choose(Options("auto"), _log.Add) is not null);
        Assert.Equal(usable ? [] : ["takes the CPU"], _log.Select(line => line[14..27]));
    }

    [Fact]
    public void CudaWithoutAGpuIsRefusedWithWhatWasLookedFor()
    {
        if (CudaDevices.Probe().Problem is not { } problem)
        {
            Assert.NotNull(Devices.Choose(Options("cuda"), _log.Add));
            return;
        }
        var error = Assert.Throws<UserErrorException>(() => Devices.Choose(Options("cuda"), _log.Add));
        Assert.Equal($"--device cuda: {problem}", error.Message);
    }

    private static GatewayOptions Options(string device) =>
        FlagParser.Parse(["--device", device])!;
}
