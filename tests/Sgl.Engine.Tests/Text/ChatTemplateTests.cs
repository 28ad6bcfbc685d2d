using System.Text.Json.Nodes;
using Sgl.Engine.Text;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text;

public sealed class ChatTemplateTests
{
    private static readonly JsonArray _tools = JsonNode.Parse("""
        [{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}]
        """)!.AsArray();

    [Fact]
    public void TheEmbeddedModelSpeaksChatMl() => Assert.Equal(
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
        Tiny("""[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]"""));

    [Fact]
    public void TheEmbeddedModelIsToldItsTools() => Assert.Equal(
        "<|im_start|>system\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n"
        + """{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {}}}}"""
        + "\n</tools>\n\nFor each function call, return a json object with function name and arguments within "
        + "<tool_call></tool_call> XML tags:\n<tool_call>\n"
        + "{\"name\": <function-name>, \"arguments\": <args-json-object>}\n"
        + "</tool_call><|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<tool_call>\n"
        + """{"name": "add", "arguments": {"a": 1, "b": [2.5]}}"""
        + "\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\n3.5\n</tool_response><|im_end|>\n"
        + "<|im_start|>assistant\n",
        Tiny(
            """
            [{"role": "user", "content": "Hi"},
             {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function",
              "function": {"name": "add", "arguments": "{\"a\":1,\"b\":[2.5]}"}}]},
             {"role": "tool", "tool_call_id": "c1", "content": "3.5"}]
            """,
            _tools));

    private static string Tiny(string messages, JsonArray? tools = null) =>
        ChatTemplate.Load(Repository.TinyModel, null)!
            .Render(JsonNode.Parse(messages)!.AsArray(), tools, addGenerationPrompt: true, variables: null);
}
