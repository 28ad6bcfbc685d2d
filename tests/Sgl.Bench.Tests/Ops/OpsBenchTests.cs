using Sgl.Bench.CommandLine;
using Sgl.Bench.Ops;

namespace Sgl.Bench.Tests.Ops;

public sealed class OpsBenchTests
{
    [Fact]
    public void EveryLineHasAShareOfTheCeilings()
    {
        using StringWriter output = new();
        string[] args = ["--model", "sgl-tiny", "--cpu-threads", "2", "--seconds", "0.01"];
        Assert.Equal(0, OpsBench.Run(FlagValues.Parse(OpsBench.Command, args), output));

        string[] lines = [.. output.ToString().Split('\n').Where(line => line.StartsWith("sgl-tiny, "))];
        Assert.Equal(6, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"\d+ %  .*\d+ %$", line.TrimEnd()));
    }
}
