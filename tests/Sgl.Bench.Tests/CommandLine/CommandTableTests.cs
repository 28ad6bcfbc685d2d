using Sgl.Bench.CommandLine;
using Sgl.Engine.Requests;

namespace Sgl.Bench.Tests.CommandLine;

public sealed class CommandTableTests
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    [Fact]
    public async Task A_command_gives_the_exit_code()
    {
        Assert.Equal(7, await RunAsync("seven", "--now"));
        Assert.Empty(_errors.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("eight")]
    [InlineData("seven --later")]
    [InlineData("fails")]
    public async Task A_users_error_is_one_line_and_exit_code_2(string line)
    {
        Assert.Equal(2, await RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Single(_errors.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task An_unknown_command_learns_the_known()
    {
        await RunAsync("eight");
        Assert.Equal("'eight' is no command; known are seven, fails.", _errors.ToString().TrimEnd());
    }

    [Fact]
    public async Task Help_lists_commands_and_a_commands_flags()
    {
        Assert.Equal(0, await RunAsync("--help"));
        Assert.Contains("seven", _output.ToString());
        Assert.Equal(0, await RunAsync("seven", "--help"));
        Assert.Contains("--now", _output.ToString());
    }

    private Task<int> RunAsync(params string[] args)
    {
        CommandTable table = new([
            new("seven", "gives 7", [new("--now", null, null, "at once")], (_, _) => Task.FromResult(7)),
            new("fails", "fails", [], (_, _) => throw new UserErrorException("--x 'y': expected z.")),
        ]);
        return table.RunAsync(args, _output, _errors, CancellationToken.None);
    }
}
