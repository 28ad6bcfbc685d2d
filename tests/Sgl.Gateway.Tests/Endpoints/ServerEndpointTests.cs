using System.Net;
using System.Text.Json.Nodes;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Tests.Support;
using Sgl.TestSupport;

namespace Sgl.Gateway.Tests.Endpoints;

/// <summary>Models, information, cache, tokenizer: what does not generate.</summary>
public sealed class ServerEndpointTests
{
    [Fact]
    public async Task TheModelIsListedAndFoundByItsName()
    {
        await using TestServer server = await StartAsync();
        JsonNode list = await server.GetAsync("/v1/models");
        JsonNode card = Assert.Single(list["data"]!.AsArray())!;
        Assert.Equal(("list", "org/tiny"), ((string)list["object"]!, (string)card["id"]!));
        Assert.Equal((256, "sglang"), ((int)card["max_model_len"]!, (string)card["owned_by"]!));
        Assert.Equal(Repository.TinyModel, (string)card["root"]!);
        Assert.True(JsonNode.DeepEquals(card, await server.GetAsync("/v1/models/org/tiny")));
        Assert.True(JsonNode.DeepEquals(card, await server.GetAsync("/v1/models/org%2Ftiny")));
    }

    [Fact]
    public async Task AModelThatIsNotThereIsOpenAIsNestedError()
    {
        await using TestServer server = await StartAsync();
        using HttpResponseMessage response = await server.Client.GetAsync("/v1/models/gpt-5");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        JsonNode error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;
        Assert.Equal(("model_not_found", "model"), ((string)error["code"]!, (string)error["param"]!));
        Assert.Contains("'gpt-5' does not exist", (string)error["message"]!);
    }

    [Fact]
    public async Task WithoutAServedNameTheModelIsNamedByItsPath()
    {
        await using TestServer server = await TestServer.StartAsync(FakeBackend.Saying(1));
        Assert.Equal(Repository.TinyModel, (string)(await server.GetAsync("/v1/models"))["data"]![0]!["id"]!);
        await server.GetAsync("/v1/models/" + Uri.EscapeDataString(Repository.TinyModel));
        Assert.Equal(EmbeddedModel.Name, new GatewayOptions().ModelName);
    }

    [Theory]
    [InlineData("/get_model_info")]
    [InlineData("/model_info")]
    public async Task ModelInfoHasTheKeysOfOldAndNew(string path)
    {
        await using TestServer server = await StartAsync();
        JsonNode info = await server.GetAsync(path);
        Assert.Equal(Repository.TinyModel, (string)info["model_path"]!);
        Assert.Equal(Repository.TinyModel, (string)info["tokenizer_path"]!);
        Assert.True((bool)info["is_generation"]!);
        Assert.Equal(("llama", "LlamaForCausalLM"), ((string)info["model_type"]!, (string)info["architectures"]![0]!));
    }

    [Fact]
    public async Task ServerArgsAreEveryFlagButTheKey()
    {
        await using TestServer server = await StartAsync();
        JsonObject args = (await server.GetAsync("/get_server_args")).AsObject();
        Assert.Equal(
            FlagTable.All.Where(flag => !flag.Secret).Select(flag => flag.Key), args.Select(pair => pair.Key));
        Assert.Equal((0, "fcfs"), ((int)args["port"]!, (string)args["schedule_policy"]!));
        Assert.Null(args["context_length"]);
        Assert.False(args.ContainsKey("api_key"));
    }

    [Theory]
    [InlineData("/get_server_info")]
    [InlineData("/server_info")]
    public async Task ServerInfoAddsTheEnginesState(string path)
    {
        await using TestServer server = await StartAsync();
        JsonNode info = await server.GetAsync(path);
        Assert.Equal((1024, 255), ((int)info["max_total_num_tokens"]!, (int)info["max_req_input_len"]!));
        Assert.Equal("fcfs", (string)info["schedule_policy"]!);
        Assert.NotEmpty((string)info["version"]!);
        JsonNode state = Assert.Single(info["internal_states"]!.AsArray())!;
        Assert.Equal(12.5, (double)state["last_gen_throughput"]!);
        Assert.Equal(1.0, (double)state["memory_usage"]!["weight"]!);
        Assert.Equal(1024, (int)state["memory_usage"]!["token_capacity"]!);
    }

    [Fact]
    public async Task RootAndPingAnswer()
    {
        await using TestServer server = await StartAsync();
        Assert.Contains("SGLang is running", await server.Client.GetStringAsync("/"));
        Assert.Equal("", await server.Client.GetStringAsync("/ping"));
    }

    [Theory]
    [InlineData("GET", false, 200)]
    [InlineData("POST", false, 200)]
    [InlineData("POST", true, 400)]
    public async Task TheCacheIsFlushedUnlessTheEngineIsBusy(string method, bool busy, int status)
    {
        await using TestServer server = await TestServer.StartAsync(
            new FakeBackend(Script.Tokens(1).RunAsync) { Busy = busy });
        using HttpResponseMessage response = await server.Client.SendAsync(new(new HttpMethod(method), "/flush_cache"));
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith(busy ? "Cache not flushed" : "Cache flushed.", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AFlushMayWaitForTheEngine()
    {
        FakeBackend backend = new(Script.Tokens(1).RunAsync) { Busy = true };
        await using TestServer server = await TestServer.StartAsync(backend);
        Task<HttpResponseMessage> flush = server.Client.PostAsync("/flush_cache?timeout=60", null);
        backend.Busy = false;
        using HttpResponseMessage response = await flush;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/v1")]
    public async Task TextBecomesTokensAndTextAgain(string prefix)
    {
        await using TestServer server = await StartAsync();
        JsonNode one = await server.AskAsync(prefix + "/tokenize", """{"prompt": "Once upon 😊", "model": "x"}""");
        int[] tokens = [.. one["tokens"]!.AsArray().Select(token => (int)token!)];
        Assert.Equal(TestServer.Tokenizer.Encode("Once upon 😊", true), tokens);
        Assert.Equal((tokens.Length, 256), ((int)one["count"]!, (int)one["max_model_len"]!));
        JsonNode many = await server.AskAsync(prefix + "/tokenize", """{"prompt": ["Once", ""]}""");
        Assert.Equal([1, 0], many["count"]!.AsArray().Select(count => Math.Sign((int)count!)));
        Assert.Equal(2, many["tokens"]!.AsArray().Count);

        string list = $"[{string.Join(',', tokens)}]";
        JsonNode text = await server.AskAsync(prefix + "/detokenize", $$"""{"tokens": {{list}}}""");
        Assert.Equal("Once upon 😊", (string)text["text"]!);
        JsonNode texts = await server.AskAsync(prefix + "/detokenize", $$"""{"tokens": [{{list}}, []]}""");
        Assert.Equal(["Once upon 😊", ""], texts["text"]!.AsArray().Select(item => (string)item!));
        Assert.Equal("", (string)(await server.AskAsync(prefix + "/detokenize", """{"tokens": []}"""))["text"]!);
    }

    [Fact]
    public async Task SpecialTokensAreDroppedOrKeptWhenDetokenizing()
    {
        await using TestServer server = await StartAsync();
        Assert.Equal("", (string)(await server.AskAsync("/detokenize", """{"tokens": [4089]}"""))["text"]!);
        JsonNode kept = await server.AskAsync("/detokenize", """{"tokens": [4089], "skip_special_tokens": false}""");
        Assert.Equal("<|im_end|>", (string)kept["text"]!);
    }

    [Fact]
    public async Task AChatIsTokenizedAsItWouldBePrompted()
    {
        FakeBackend backend = FakeBackend.Saying(1);
        await using TestServer server = await TestServer.StartAsync(backend);
        const string body = """
            {"messages": [{"role": "user", "content": "hi"}],
             "tools": [{"type": "function", "function": {"name": "f"}}]}
            """;
        JsonNode tokens = await server.AskAsync("/v1/tokenize", body);
        await server.AskAsync("/v1/chat/completions", body);
        Assert.Equal(
            Assert.Single(backend.Requests).Prompt.ToArray(), tokens["tokens"]!.AsArray().Select(token => (int)token!));
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(
        FakeBackend.Saying(1), options => options with { ServedModelName = "org/tiny", ApiKey = null });
}
