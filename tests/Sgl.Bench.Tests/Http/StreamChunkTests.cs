using System.Text;
using System.Text.Json;
using Sgl.Bench.Http;

namespace Sgl.Bench.Tests.Http;

public sealed class StreamChunkTests
{
    [Theory]
    [InlineData("""{"text":"Hi","meta_info":{"prompt_tokens":7,"completion_tokens":2}}""", true, 2, 7)]
    [InlineData("""{"text":"","meta_info":{"completion_tokens":1}}""", false, 1, null)]
    [InlineData("""{"choices":[{"index":0,"text":" x","finish_reason":null}],"usage":null}""", true, null, null)]
    [InlineData("""{"choices":[{"delta":{"role":"assistant","content":""}}]}""", false, null, null)]
    [InlineData("""{"choices":[{"delta":{"content":null}}]}""", false, null, null)]
    [InlineData("""{"choices":[{"delta":{"content":"y"}}],"error":null}""", true, null, null)]
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}""", false, 4, 3)]
    public void What_matters_is_read_from_each_api(string json, bool hasText, int? completion, int? prompt) =>
        Assert.Equal(new StreamChunk(hasText, completion, prompt, null), Parse(json));

    [Theory]
    [InlineData("""{"error":{"message":"no room","code":400}}""", "no room")]
    [InlineData("""{"error":"Unauthorized"}""", "Unauthorized")]
    public void An_error_is_its_message(string json, string message) => Assert.Equal(message, Parse(json).Error);

    [Fact]
    public void What_is_no_json_throws() => Assert.ThrowsAny<JsonException>(() => Parse("{\"text\":"));

    private static StreamChunk Parse(string json) => StreamChunk.Parse(Encoding.UTF8.GetBytes(json));
}
