using System.Text;
using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Engine.Text.Tokenizing;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text.Tokenizing.Tiktoken;

public sealed class TiktokenTests
{
    private const string Glm = """{"tokenizer_class":"ChatGLM4Tokenizer"}""";

    /// <summary>Qwen 3 has the first generation's vocabulary, but for added tokens.</summary>
    [Fact]
    public void QwensFileGivesTheTokensOfItsTokenizerJson()
    {
        var package = TokenizerPackages.Folder("qwen3");
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package, "tokenizer.json")));
        var lines = json.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject()
            .Select(token => Line([.. token.Name.Select(c => (byte)ByteAlphabet.Byte(c))], token.Value.GetInt32()));
        string[] others = [.. json.RootElement.GetProperty("added_tokens").EnumerateArray()
            .Where(token => token.GetProperty("id").GetInt32() > 151645)
            .Select(token => token.GetProperty("content").GetString()!)];
        using var folder = new ModelFileFolder(
            "qwen.tiktoken", Content(lines), """{"tokenizer_class":"QWenTokenizer"}""");

        TokenizerGoldenTests.Check(
            Path.Combine(Repository.Fixtures("tokenizers"), "qwen3.json"),
            folder.Path,
            text => !others.Any(text.Contains));
        Assert.Equal(151850, Tokenizer.Load(folder.Path).TokenId("<|extra_204|>"));
    }

    [Fact]
    public void GlmTakesDigitsInThreesAndBeginsEveryText()
    {
        var lines = "0123456789ab".Select((c, i) => Line([(byte)c], i)).Concat(
            [Line("12"u8, 12), Line("23"u8, 13), Line("123"u8, 14), Line("3a"u8, 15), Line("ab"u8, 16)]);
        using var folder = new ModelFileFolder("tokenizer.model", Content(lines), Glm);
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);

        Assert.Equal([19, 21, 14, 14, 1, 16], tokenizer.Encode("1231231ab", addSpecialTokens: true));
        Assert.Equal([24, 12], tokenizer.Encode("<|user|>12", addSpecialTokens: false));
        Assert.Equal("12ab", tokenizer.Decode([17, 12, 16], skipSpecialTokens: true));
    }

    [Theory]
    [InlineData("YQ== 0\nYg==", Glm, "its line 2 is not a token in base64, a space and a rank")]
    [InlineData("YQ== x", Glm, "its line 1 is not")]
    [InlineData("Y! 0", Glm, "the token of its line 1 is no base64")]
    [InlineData("\r\n", Glm, "it has no tokens")]
    [InlineData("YQ== 0", "{}", "tokenizer_class in tokenizer_config.json is absent (known are ChatGLM4Tokenizer, QW")]
    [InlineData("YQ== 0", """{"tokenizer_class":"X"}""", "tokenizer_class in tokenizer_config.json is X")]
    public void ABrokenFileIsRefusedWithItsReason(string content, string config, string reason)
    {
        using var folder = new ModelFileFolder("tokenizer.model", Encoding.UTF8.GetBytes(content), config);
        var e = Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.Path));
        Assert.Contains(Path.Combine(folder.Path, "tokenizer.model"), e.Message);
        Assert.Contains(reason, e.Message);
    }

    private static string Line(ReadOnlySpan<byte> token, int rank) => $"{Convert.ToBase64String(token)} {rank}";

    private static byte[] Content(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines));
}
