using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sgl.Gateway.Tests.Support;
using Sgl.TestSupport;

namespace Sgl.Gateway.Tests.Endpoints;

/// <summary>What is wrong with a request ends as a 4xx that names the field, and the server goes on.</summary>
public sealed class BadRequestTests(BadRequestTests.Server server) : IClassFixture<BadRequestTests.Server>
{
    private const string Generate = "/generate";
    private const string Completions = "/v1/completions";
    private const string Chat = "/v1/chat/completions";

    /// <summary>The rows of bad-requests.tsv: status, path, a part of the message, body.</summary>
    public static TheoryData<int, string, string, string> Rows
    {
        get
        {
            TheoryData<int, string, string, string> rows = [];
            string folder = Path.Combine(Repository.Root, "tests", "Sgl.Gateway.Tests", "Endpoints");
            foreach (string line in File.ReadLines(Path.Combine(folder, "bad-requests.tsv")))
                if (line.Length > 0 && line[0] != '#' && line.Split('\t') is [var status, var path, var part, var body])
                    rows.Add(int.Parse(status, CultureInfo.InvariantCulture), path, part, body);
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task ABadRequestNamesItsFault(int status, string path, string message, string body)
    {
        (HttpStatusCode code, JsonNode answer) = await server.Value.TryAsync(path, body);
        Assert.Equal((HttpStatusCode)status, code);
        // Clients look for the fault at the top or under "error".
        foreach (JsonNode error in new[] { answer, answer["error"]! })
        {
            Assert.Contains(message, (string)error["message"]!);
            Assert.Equal((status, "error"), ((int)error["code"]!, (string)error["object"]!));
        }

        await GoesOnAsync();
    }

    [Theory]
    [InlineData(Generate, """{"text": "PROMPT", "stream": true}""", "text")]
    [InlineData(Completions, """{"prompt": ["a", "PROMPT"], "stream": true}""", "prompt[1]")]
    [InlineData(Chat, """{"messages": [{"role": "user", "content": "PROMPT"}], "stream": true}""", "messages")]
    public async Task APromptOverTheContextIsRefusedAlsoInStreams(string path, string body, string field)
    {
        (HttpStatusCode code, JsonNode answer) =
            await server.Value.TryAsync(path, body.Replace("PROMPT", string.Concat(Enumerable.Repeat("hello ", 400))));
        Assert.Equal(HttpStatusCode.BadRequest, code);
        JsonNode error = answer["error"] ?? answer;
        Assert.Matches(@"The input \(\d+ tokens\) is longer than the model's context length \(256 tokens\)\.",
            (string)error["message"]!);
        Assert.Equal(field, (string)error["param"]!);
        await GoesOnAsync();
    }

    [Fact]
    public async Task TooMuchOfAnythingIsRefused()
    {
        string List(int count, string item) => $"[{string.Join(',', Enumerable.Repeat(item, count))}]";
        string Sampling(string field, string value) =>
            $$$"""{"text": "a", "sampling_params": {"{{{field}}}": {{{value}}}}}""";
        string Quoted(int length) => $"\"{new string('x', length)}\"";
        foreach ((string body, string message) in new[]
        {
            ($$"""{"input_ids": {{List(1025, "[1]")}}}""", "input_ids: 1025 prompts are too many"),
            ($$$"""{"input_ids": {{{List(1024, "[1]")}}}, "sampling_params": {"n": 5}}""", "n: 5 generations of 1024"),
            (Sampling("stop", List(65, "\"x\"")), "stop: 65 strings are too many"),
            (Sampling("stop", Quoted(1025)), "stop: a string of 1025 characters"),
            (Sampling("stop_token_ids", List(1025, "1")), "stop_token_ids: 1025 tokens"),
            ($$"""{"text": "a", "rid": {{Quoted(257)}}}""", "rid: an id of 257 characters"),
        })
        {
            (HttpStatusCode code, JsonNode answer) = await server.Value.TryAsync(Generate, body);
            Assert.Equal(HttpStatusCode.BadRequest, code);
            Assert.Contains(message, (string)answer["error"]!["message"]!);
        }

        await GoesOnAsync();
    }

    [Fact]
    public async Task ABodyThatIsNotUtf8IsRefused()
    {
        using ByteArrayContent content = new([.. "{\"text\": \""u8, 0xC3, 0x28, .. "\"}"u8]);
        using HttpResponseMessage response = await server.Value.Client.PostAsync(Generate, content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("not valid UTF-8", await response.Content.ReadAsStringAsync());
        await GoesOnAsync();
    }

    [Fact]
    public async Task DeepNestingIsRefused()
    {
        string deep = $$"""{"text": "a", "custom": {{new string('[', 100_000)}}{{new string(']', 100_000)}}}""";
        (HttpStatusCode code, JsonNode answer) = await server.Value.TryAsync(Generate, deep);
        Assert.Equal(HttpStatusCode.BadRequest, code);
        Assert.Contains("near 'custom'", (string)answer["error"]!["message"]!);
        await GoesOnAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ABodyOfTenMegabytesIsRefused(bool chunked)
    {
        byte[] body = Encoding.UTF8.GetBytes($$"""{"text": "{{new string('x', 10_000_000)}}"}""");
        using HttpRequestMessage request = new(HttpMethod.Post, Generate) { Content = new ByteArrayContent(body) };
        request.Headers.TransferEncodingChunked = chunked;
        using HttpResponseMessage response = await server.Value.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("8388608 bytes", await response.Content.ReadAsStringAsync());
        await GoesOnAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task OpenAIRoutesTakeOnlyJson(string? type)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, Completions)
        {
            Content = new ByteArrayContent("""{"prompt": "a"}"""u8.ToArray()),
        };
        request.Content.Headers.ContentType = type is null ? null : new(type);
        using HttpResponseMessage response = await server.Value.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("only application/json is", await response.Content.ReadAsStringAsync());
        await GoesOnAsync();
    }

    [Fact]
    public async Task NativeRoutesTakeWhatCurlSendsUntold()
    {
        using StringContent content = new("""{"text": "a"}""", Encoding.UTF8, "application/x-www-form-urlencoded");
        using HttpResponseMessage response = await server.Value.Client.PostAsync(Generate, content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(
        """{"text": "a", "image_data": [], "lora_path": "", "session_params": {}, "priority": 0, "lora_id": [null]}""")]
    [InlineData("""{"text": "a", "my_own_field": {"x": [1]}, "custom_labels": {"a": "b"}, "no_logs": true}""")]
    [InlineData("""{"text": "a", "sampling_params": {"regex": "", "stop": [], "custom_params": {}, "top_k": -1}}""")]
    public async Task FieldsThatSayNothingAndFieldsOfTheCallersOwnAreFine(string body) =>
        await server.Value.AskAsync(Generate, body);

    private async Task GoesOnAsync() => await server.Value.AskAsync(Generate, """{"text": "a"}""");

    /// <summary>One server for all rows: each finds it as the row before left it.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal TestServer Value { get; private set; } = null!;

        public async Task InitializeAsync() => Value = await TestServer.StartAsync(FakeBackend.Saying(100, 101));

        public async Task DisposeAsync() => await Value.DisposeAsync();
    }
}
