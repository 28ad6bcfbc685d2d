using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;

namespace Sgl.Engine.Tests.Text;

/// <summary>The conversations that --chat-template knows by name, and the 19 styles of its .json files.</summary>
public sealed class ChatTemplateBuiltInTests
{
    private const string Talk = """
        [{"role": "system", "content": "Sys"}, {"role": "user", "content": "Hi"},
         {"role": "assistant", "content": "Yo"}, {"role": "user", "content": "Bye"}]
        """;

    private const string Question = """[{"role": "user", "content": "Hi"}]""";

    private const string ChatMl = "<|im_start|>system\nSys<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        + "<|im_start|>assistant\nYo<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n";

    [Theory]
    [InlineData("llama-2", "[INST] <<SYS>>\nSys\n<</SYS>>\n\nHi [/INST] Yo </s><s>[INST] Bye [/INST]")]
    [InlineData("chatml", ChatMl)]
    [InlineData("chatml-llava", ChatMl)]
    [InlineData("vicuna_v1.1", "Sys USER: Hi ASSISTANT: Yo</s>USER: Bye ASSISTANT:")]
    [InlineData("llava_llama_3", "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nSys<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>"
        + "<|start_header_id|>assistant<|end_header_id|>\n\nYo<|eot_id|>"
        + "<|start_header_id|>user<|end_header_id|>\n\nBye<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n")]
    [InlineData("internlm2-chat", "<|im_start|>system\nSys\n<|im_start|>user: Hi\n<|im_start|>assistant: Yo\n"
        + "<|im_start|>user: Bye\n<|im_start|>assistant:")]
    public void ANamedTemplateRenders(string name, string expected) => Assert.Equal(expected, Render(name, Talk));

    [Theory]
    [InlineData("llama-2", "[INST] Hi [/INST]")]
    [InlineData("chatml", "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        + "<|im_start|>assistant\n")]
    [InlineData("vicuna_v1.1", "A chat between a curious user and an artificial intelligence assistant. "
        + "The assistant gives helpful, detailed, and polite answers to the user's questions. USER: Hi ASSISTANT:")]
    [InlineData("internlm2-chat", "<|im_start|>system\n\n<|im_start|>user: Hi\n<|im_start|>assistant:")]
    public void WithoutASystemMessageTheTemplatesOwnIsTaken(string name, string expected) =>
        Assert.Equal(expected, Render(name, Question));

    [Theory]
    [InlineData("llama-2", "[INST] [/INST] <<SYS>> <</SYS>>")]
    [InlineData("chatml", "<|endoftext|> <|im_end|>")]
    [InlineData("chatml-llava", "<|endoftext|> <|im_end|>")]
    [InlineData("vicuna_v1.1", "")]
    [InlineData("llava_llama_3", "<|end_of_text|> <|eot_id|>")]
    [InlineData("internlm2-chat", "<|im_end|> <|action_end|>")]
    public void ANamedTemplateBringsItsStopStrings(string name, string expected) =>
        Assert.Equal(expected, string.Join(' ', ChatTemplate.Load("", name)!.StopStrings));

    [Fact]
    public void WithoutAGenerationPromptTheLastTurnEndsTheText() => Assert.Equal(
        "[INST] Hi ",
        ChatTemplate.Load("", "llama-2")!.Render(JsonNode.Parse(Question)!.AsArray(), null, false, null));

    [Theory]
    [InlineData(1, "<image>\nlook")]
    [InlineData(2, "<image><image>look")]
    [InlineData(17, "<image><image><image><image><image><image><image><image><image><image><image><image><image><image>"
        + "<image><image><image>\nlook")]
    public void ImagesHaveTheirPlace(int images, string expected)
    {
        var parts = new JsonArray();
        for (var i = 0; i < images; i++)
            parts.Add(new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = "x" } });
        parts.Add(new JsonObject { ["type"] = "text", ["text"] = "look" });
        var messages = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = parts });
        Assert.Contains($"user\n{expected}<|im_end|>", Render("chatml-llava", messages.ToJsonString()));
    }

    [Theory]
    [InlineData("""[{"role": "tool", "content": "x"}]""",
        "Unknown role: 'tool'; the chat template chatml knows system, user and assistant")]
    [InlineData("""[{"role": "system", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]""",
        "The system message should be a single text.")]
    [InlineData("""[{"role": "assistant", "content": [{"type": "image_url"}]}]""",
        "The assistant's message should be a single text.")]
    public void WhatHasNoPlaceIsRefused(string messages, string expected) =>
        Assert.Equal(expected, Assert.Throws<ChatTemplateException>(() => Render("chatml", messages)).Message);

    /// <summary>S = system prompt and newline, U and A = the roles, | = the separator.</summary>
    [Theory]
    [InlineData("ADD_COLON_SINGLE", "S\nSys|U: Hi|A: Yo|U: Bye|A:")]
    [InlineData("ADD_COLON_TWO", "S\nSys|U: Hi|A: Yo|U: Bye|A:")]
    [InlineData("ADD_COLON_SPACE_SINGLE", "S\nSys|U: Hi|A: Yo|U: Bye|A: ")]
    [InlineData("NO_COLON_SINGLE", "S\nSysUHi|AYo|UBye|A")]
    [InlineData("NO_COLON_TWO", "S\nSysUHi|AYo|UBye|A")]
    [InlineData("ADD_NEW_LINE_SINGLE", "S\nSys|U\nHi|A\nYo|U\nBye|A\n")]
    [InlineData("LLAMA2", "S\nSysHi A Yo|U Bye|A")]
    [InlineData("LLAMA3", "<|begin_of_text|>S\nSys<|start_header_id|>U<|end_header_id|>\n\nHi<|eot_id|>"
        + "<|start_header_id|>A<|end_header_id|>\n\nYo<|eot_id|><|start_header_id|>U<|end_header_id|>\n\nBye<|eot_id|>"
        + "<|start_header_id|>A<|end_header_id|>\n\n")]
    [InlineData("CHATGLM", "S\nSys|[Round 0]|U：Hi|A：Yo|[Round 1]|U：Bye|A：")]
    [InlineData("CHATML", "S\nSys|\nU\nHi|\nA\nYo|\nU\nBye|\nA\n")]
    [InlineData("CHATINTERN", "S\nSys<s>U:Hi|\nA:Yo|\n<s>U:Bye|\nA:")]
    [InlineData("DOLLY", "S\nSysU:\nHi|A:\nYo|\n\nU:\nBye|A:\n")]
    [InlineData("RWKV", "S\nSysU: Hi\n\nA: Yo\n\nU: Bye\n\nA:")]
    [InlineData("PHOENIX", "S\nSysU: <s>Hi</s>A: <s>Yo</s>U: <s>Bye</s>A: <s>")]
    [InlineData("ROBIN", "S\nSys|U:\nHi|A:\nYo|U:\nBye|A:\n")]
    [InlineData("FALCON_CHAT", "S\nSys|U: Hi|A: Yo|U: Bye|A:")]
    [InlineData("CHATGLM3", "S\nSysU\nHiA\nYoU\nByeA")]
    [InlineData("DEEPSEEK_CHAT", "S\nSysU: Hi|A: Yo|U: Bye|A:")]
    [InlineData("METAMATH", "S\nSys|U:\nHi|A: YoU:\nBye|A: ")]
    public void AStyleOfAJsonFileRenders(string style, string expected) => Assert.Equal(
        expected,
        WithFile(
            File(style, "end"),
            template => template.Render(JsonNode.Parse(Talk)!.AsArray(), null, true, null)));

    [Fact]
    public void AJsonFileHasDefaultsAndStopStrings() => WithFile(
        new
        {
            name = "x",
            system = "S",
            system_message = "Own",
            user = "U",
            assistant = "A",
            sep_style = "ADD_COLON_SINGLE",
            stop_str = (string[])["a", "b"],
        },
        template =>
        {
            Assert.Equal(["a", "b"], template.StopStrings);
            Assert.Equal("S\nOwn\nU: Hi\nA:", template.Render(JsonNode.Parse(Question)!.AsArray(), null, true, null));
            return "";
        });

    [Fact]
    public void AnUnknownStyleIsToldTheKnownOnes()
    {
        var refused = Assert.Throws<UserErrorException>(() => WithFile(
            File("CHATMAIL", "end"), _ => ""));
        Assert.StartsWith("Unknown separator style: CHATMAIL in the chat template ", refused.Message);
        Assert.Contains("known are ADD_COLON_SINGLE, ADD_COLON_SPACE_SINGLE, ", refused.Message);
    }

    [Fact]
    public void AMissingKeyIsNamed()
    {
        var refused = Assert.Throws<UserErrorException>(() => WithFile(
            File("CHATML", null), _ => ""));
        Assert.EndsWith(
            " has no 'stop_str'; it needs name, system, user, assistant, sep_style and stop_str", refused.Message);
    }

    private static string Render(string name, string messages) =>
        ChatTemplate.Load("", name)!.Render(JsonNode.Parse(messages)!.AsArray(), null, addGenerationPrompt: true, null);

    private static object File(string style, string? stop) =>
        new { name = "x", system = "S", user = "U", assistant = "A", sep_style = style, sep = "|", stop_str = stop };

    private static string WithFile(object template, Func<ChatTemplate, string> use)
    {
        var path = Path.Combine(Path.GetTempPath(), $"sgl-{Guid.NewGuid():N}.json");
        System.IO.File.WriteAllText(path, JsonSerializer.Serialize(template));
        try
        {
            return use(ChatTemplate.Load("", path)!);
        }
        finally
        {
            System.IO.File.Delete(path);
        }
    }
}
