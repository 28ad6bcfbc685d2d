using Sgl.Gateway.Flags;

namespace Sgl.Gateway.Tests.Flags;

public sealed class FlagHelpTests
{
    [Fact]
    public void HelpNamesEveryFlagAndItsDefault()
    {
        string help = FlagHelp.Text();
        Assert.All(FlagTable.All, flag => Assert.Contains($"  {flag.Name}", help));
        Assert.Contains("--model-path, --model PATH", help);
        Assert.Contains("(default: the embedded sgl-tiny)", help);
        Assert.Contains("(default: 30000)", help);
        Assert.Contains("(default: 0.88)", help);
    }
}
