using Sgl.Bench.CommandLine;
using Sgl.Bench.Eval;

namespace Sgl.Bench.Tests.Eval;

public sealed class EvalCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public EvalCommandTests() => File.WriteAllLines(_file,
    [
        """{"ability":"a","check":"exact","expect":"Yes","messages":[{"content":"yes?"}],"tools":[{"x":1}]}""",
        """{"ability":"b","check":"prefix","expect":" Oslo","raw":"The capital is"}""",
        """{"ability":"b","check":"contains","expect":["never"],"raw":"Wrong"}""",
    ]);

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("2", 0)]
    [InlineData("3", 1)]
    public async Task Right_answers_are_counted_against_the_least(string least, int exitCode)
    {
        await using StubServer server = new();
        server.On("/v1/chat/completions", body =>
        {
            Assert.Equal("yes?", body["messages"]![0]!["content"]!.GetValue<string>());
            Assert.Equal(1, body["tools"]![0]!["x"]!.GetValue<int>());
            Assert.Equal(0, body["temperature"]!.GetValue<double>());
            return new StubAnswer("""{"choices":[{"message":{"content":"Yes"}}]}""");
        });
        server.On("/v1/completions", body =>
        {
            string city = body["prompt"]!.GetValue<string>() == "Wrong" ? " Bergen." : " Oslo.";
            return new StubAnswer($$"""{"choices":[{"text":"{{city}}"}]}""");
        });
        string[] args = ["--base-url", server.Url, "--eval-file", _file, "--min-correct", least, "--show-failures"];
        Assert.Equal(exitCode, await EvalCommand.Command.Run(
            FlagValues.Parse(EvalCommand.Command, args), CancellationToken.None));
    }
}
