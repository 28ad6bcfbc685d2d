using Sgl.TestSupport;

namespace Sgl.Tidy.Tests;

/// <summary>The .editorconfig is kept by everybody.</summary>
public sealed class FormatTests
{
    [Fact]
    public async Task DotnetFormatChangesNothing()
    {
        (int code, string output) = await Command.RunAsync(
            "dotnet",
            ["format", "SglOrleans.sln", "--no-restore", "--verify-no-changes", "--severity", "warn"],
            Repository.Root);
        Assert.True(code == 0, $"dotnet format would change files; run it.\n{output}");
    }
}
