using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Serving;

namespace Sgl.Bench.Tests.Serving;

public sealed class ServingCommandTests : IDisposable
{
    private const int Requests = 12;
    private const int InputLength = 9;
    private const int OutputLength = 5;

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Native_requests_carry_ids_and_their_tokens_are_counted()
    {
        await using StubServer server = new();
        server.On("/server_info", _ => new StubAnswer("""{"vocab_size": 1000}"""));
        server.On("/generate", body =>
        {
            JsonNode sampling = body["sampling_params"]!;
            Assert.True(sampling["ignore_eos"]!.GetValue<bool>());
            Assert.Equal("x", body["rid_prefix"]!.GetValue<string>());
            int prompt = body["input_ids"]!.AsArray().Count;
            return StubAnswer.Generated(prompt, sampling["max_new_tokens"]!.GetValue<int>());
        });
        Assert.Equal(0, await RunAsync(server, "--extra-request-body", """{"rid_prefix":"x"}""", "--max-con", "3"));
        JsonObject result = Result();
        AssertComplete(result, Requests * InputLength);
        Assert.InRange(server.MostRunning, 1, 3);
        foreach (string name in new[] { "ttft", "tpot", "itl", "e2e_latency" })
        {
            foreach (string figure in new[] { "mean", "median", "p99" })
                Assert.True(result[$"{figure}_{name}_ms"]!.GetValue<double>() >= 0);
        }
    }

    [Fact]
    public async Task Completions_carry_ids_and_count_by_usage()
    {
        await using StubServer server = new();
        server.On("/v1/completions", body =>
        {
            Assert.Equal("stub", body["model"]!.GetValue<string>());
            Assert.Equal(InputLength, body["prompt"]!.AsArray().Count);
            return OpenAi("""{"choices":[{"text":"x"}]}""", body["max_tokens"]!.GetValue<int>());
        });
        Assert.Equal(0, await RunAsync(server, "--backend", "sglang-oai", "--vocab-size", "1000"));
        AssertComplete(Result(), Requests * 77);
    }

    [Fact]
    public async Task Chats_carry_text_that_the_server_made_of_the_ids()
    {
        await using StubServer server = new();
        server.On("/detokenize", body =>
        {
            Assert.Equal(InputLength, body["tokens"]!.AsArray().Count);
            return new StubAnswer("""{"text":"some words"}""");
        });
        server.On("/v1/chat/completions", body =>
        {
            Assert.Equal("some words", body["messages"]![0]!["content"]!.GetValue<string>());
            int tokens = body["max_completion_tokens"]!.GetValue<int>();
            return OpenAi("""{"choices":[{"delta":{"content":"x"}}]}""", tokens);
        });
        Assert.Equal(0, await RunAsync(server, "--backend", "sglang-oai-chat", "--vocab-size", "1000"));
        AssertComplete(Result(), Requests * 77);
    }

    [Fact]
    public async Task Failures_are_counted_and_make_the_exit_code_1()
    {
        int count = 0;
        await using StubServer server = new();
        server.On("/generate", _ => (Interlocked.Increment(ref count) % 4) switch
        {
            0 => new StubAnswer("""{"error":{"message":"full"}}""", 503),
            1 => StubAnswer.Events(["""{"error":{"message":"broken"}}"""]),
            2 => new StubAnswer("data: {\"text\":\"x\",\"meta_info\":{\"completion_tokens\":1}}\n\n"),
            _ => StubAnswer.Generated(InputLength, OutputLength),
        });
        Assert.Equal(1, await RunAsync(server, "--vocab-size", "1000", "--warmup-requests", "0"));
        Assert.Equal((Requests / 4, Requests * 3 / 4), (Count("completed"), Count("failed")));
    }

    [Theory]
    [InlineData("--extra-request-body", "[1]", "--extra-request-body '[1]': expected a JSON object.")]
    [InlineData("--backend", "vllm", "--backend 'vllm': expected one of sglang, sglang-oai, sglang-oai-chat.")]
    [InlineData("--base-url", "nowhere", "--base-url 'nowhere': expected a URL")]
    [InlineData("--base-url", "http://127.0.0.1:1", "No server is ready at http://127.0.0.1:1/ after 0 s")]
    [InlineData("--request-rate", "0", "--request-rate '0': expected a number")]
    public async Task Bad_arguments_are_one_line_and_exit_code_2(string flag, string value, string message)
    {
        StringWriter errors = new();
        string[] args = ["serving", "--ready-check-timeout-sec", "0", "--port", "1", flag, value];
        CommandTable table = new([ServingCommand.Command]);
        Assert.Equal(2, await table.RunAsync(args, TextWriter.Null, errors, CancellationToken.None));
        Assert.StartsWith(message, errors.ToString());
    }

    private static StubAnswer OpenAi(string chunk, int tokens) => StubAnswer.Events(
        Enumerable.Repeat(chunk, tokens)
            .Append($$$"""{"choices":[],"usage":{"prompt_tokens":77,"completion_tokens":{{{tokens}}}}}"""));

    private Task<int> RunAsync(StubServer server, params string[] args)
    {
        string[] all =
        [
            "--base-url", server.Url, "--num-prompts", $"{Requests}", "--random-range-ratio", "1",
            "--random-input-len", $"{InputLength}", "--random-output-len", $"{OutputLength}",
            "--output-file", _file, .. args,
        ];
        return ServingCommand.Command.Run(FlagValues.Parse(ServingCommand.Command, all), CancellationToken.None);
    }

    private void AssertComplete(JsonObject result, int inputTokens)
    {
        Assert.Equal((Requests, 0), (Count("completed"), Count("failed")));
        Assert.Equal(inputTokens, Count("total_input_tokens"));
        Assert.Equal(Requests * OutputLength, Count("total_output_tokens"));
        Assert.True(result["output_throughput"]!.GetValue<double>() > 0);
    }

    private int Count(string name) => Result()[name]!.GetValue<int>();

    private JsonObject Result() => JsonNode.Parse(Assert.Single(File.ReadAllLines(_file)))!.AsObject();
}
