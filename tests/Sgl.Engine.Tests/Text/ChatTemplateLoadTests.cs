using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;

namespace Sgl.Engine.Tests.Text;

/// <summary>Where a template comes from: the model's folder, or --chat-template.</summary>
public sealed class ChatTemplateLoadTests : IDisposable
{
    private const string Echo = "{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}";

    private readonly string _folder = Directory.CreateTempSubdirectory("sgl-chat-template-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void AFolderWithoutATemplateHasNone()
    {
        Assert.Null(ChatTemplate.Load(_folder, null));
        WriteConfig(new { bos_token = "<s>", chat_template = (string?)null });
        Assert.Null(ChatTemplate.Load(_folder, null));
    }

    [Fact]
    public void TheTokenizersConfigHasTheTemplate()
    {
        WriteConfig(new { chat_template = Echo });
        Assert.Equal("user:Hi;", Render(null));
    }

    [Fact]
    public void AJinjaFileGoesBeforeTheConfig()
    {
        WriteConfig(new { chat_template = "config" });
        Write("chat_template.jinja", "file " + Echo + "\n");
        Assert.Equal("file user:Hi;", Render(null));
    }

    [Fact]
    public void AProcessorsJsonFileIsReadLast()
    {
        Write("chat_template.json", JsonSerializer.Serialize(new { chat_template = "processor" }));
        Assert.Equal("processor", Render(null));
        WriteConfig(new { chat_template = "config" });
        Assert.Equal("config", Render(null));
    }

    [Fact]
    public void ToolsPickTheTemplateForTools()
    {
        WriteConfig(new
        {
            chat_template = new[]
            {
                new { name = "default", template = "plain" },
                new { name = "tool_use", template = "with {{ tools | length }}" },
            },
        });
        Assert.Equal("plain", Render(null));
        Assert.Equal("with 1", Render(null, tools: new JsonArray(new JsonObject())));
    }

    [Fact]
    public void NamedTemplatesNeedADefault()
    {
        WriteConfig(new { chat_template = new[] { new { name = "rag", template = "x" } } });
        Assert.Equal(
            $"chat_template of {_folder}/tokenizer_config.json has only the templates rag, no 'default'",
            Refusal(null));
    }

    [Fact]
    public void SpecialTokensAreVariables()
    {
        WriteConfig(new
        {
            bos_token = "<s>",
            eos_token = new { content = "</s>", lstrip = false },
            pad_token = (string?)null,
            add_bos_token = true,
            image_token = "<img>",
            chat_template = "{{ bos_token }}{{ eos_token }}{{ image_token }}{{ unk_token }}"
                + "{{ additional_special_tokens }}{{ pad_token is defined }}{{ add_bos_token is defined }}",
        });
        Write("special_tokens_map.json", """
            {"bos_token": "<other>", "unk_token": {"content": "<unk>"},
             "additional_special_tokens": ["<a>", {"content": "<b>"}]}
            """);
        Assert.Equal("<s></s><img><unk>['<a>', '<b>']FalseFalse", Render(null));
    }

    [Fact]
    public void AGivenJinjaFileReplacesTheTokenizersTemplate()
    {
        WriteConfig(new { bos_token = "<s>", chat_template = "own" });
        var path = Write("given.jinja", "\n{{ bos_token }}{{ messages[0].content }}\\n--\\n\n");
        Assert.Equal("<s>Hi\n--", Render(path));
    }

    [Fact]
    public void VariablesOfTheRequestReachTheTemplateButNotInPlaceOfItsOwn()
    {
        WriteConfig(new { bos_token = "<s>", chat_template = "{{ bos_token }}{{ deep.er }}{{ messages | length }}" });
        var variables = JsonNode.Parse("""{"bos_token": "<x>", "deep": {"er": 1.50}, "messages": []}""")!.AsObject();
        Assert.Equal("<x>1.51", Render(null, variables: variables));
    }

    [Fact]
    public void TheDateComesFromTheClock()
    {
        WriteConfig(new { chat_template = "{{ strftime_now('%d %b %Y') }}" });
        var template = ChatTemplate.Load(_folder, null, new Clock())!;
        Assert.Equal("09 Mar 2025", template.Render([], null, addGenerationPrompt: true, null));
    }

    [Fact]
    public void AnUnknownNameIsToldTheKnownOnes() => Assert.Equal(
        "--chat-template 'chatlm' is neither the name of a built-in template (chatml, chatml-llava, internlm2-chat, "
        + "llama-2, llava_llama_3, vicuna_v1.1) nor the path of an existing .jinja or .json file",
        Refusal("chatlm"));

    [Fact]
    public void AFileOfAnotherKindIsRefused()
    {
        var path = Write("template.txt", Echo);
        Assert.Equal(
            $"--chat-template '{path}' ends in '.txt'; a template's file ends in .jinja or .json", Refusal(path));
    }

    [Fact]
    public void ABrokenTemplateIsRefusedWithItsLine()
    {
        var path = Write("broken.jinja", "a\n{% if x %}\n{{ 1 + }}");
        Assert.Equal($"the chat template in {path} cannot be read, line 3: unexpected '}}}}'", Refusal(path));
    }

    [Fact]
    public void ABrokenConfigIsRefused()
    {
        Write("tokenizer_config.json", "{\"chat_template\": ");
        Assert.StartsWith($"{_folder}/tokenizer_config.json is not valid JSON: ", Refusal(null));
        Write("tokenizer_config.json", "[]");
        Assert.Equal($"{_folder}/tokenizer_config.json is not a JSON object", Refusal(null));
    }

    private string Render(string? argument, JsonArray? tools = null, JsonObject? variables = null) =>
        ChatTemplate.Load(_folder, argument)!.Render(
            JsonNode.Parse("""[{"role": "user", "content": "Hi"}]""")!.AsArray(), tools, true, variables);

    private string Refusal(string? argument) =>
        Assert.Throws<UserErrorException>(() => ChatTemplate.Load(_folder, argument)).Message;

    private void WriteConfig(object config) => Write("tokenizer_config.json", JsonSerializer.Serialize(config));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private sealed class Clock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2025, 3, 9, 23, 0, 0, TimeSpan.Zero);
    }
}
