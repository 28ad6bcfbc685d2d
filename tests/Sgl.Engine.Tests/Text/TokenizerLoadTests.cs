using System.Text.Json.Nodes;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;

namespace Sgl.Engine.Tests.Text;

public sealed class TokenizerLoadTests
{
    private const string Model = """{"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}""";

    [Theory]
    [InlineData("", "tokenizer.json is no tokenizer that can be used")]
    [InlineData("[]", "it is no object")]
    [InlineData("{}", "it has no model")]
    [InlineData("""{"model": 3}""", "the \"model\" is not an object")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}""", "tokenizer.json")]
    [InlineData("""{"model": {"type": "WordLevel", "vocab": {"a": 0}}}""", "the model WordLevel is not known")]
    [InlineData("""{"model": {"type": "Unigram", "vocab": [["a", 0], ["b"]]}}""", "entry 1 of the vocab is not a")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {}}}""", "no vocab or no merges")]
    [InlineData("""{"model": {"vocab": {"a": "b"}, "merges": []}}""", "the vocabulary gives a no id")]
    [InlineData("""{"model": {"vocab": {"a": -1}, "merges": []}}""", "the vocabulary gives a no id")]
    [InlineData("""{"model": {"vocab": {"a": 2000000000}, "merges": []}}""", "no id from 0 to 16777215")]
    [InlineData("""{"model": {"vocab": {"\ud83d": 0}, "merges": []}}""", "tokenizer.json")]
    [InlineData("""{"model": {"vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}""", "the result of a merge, ab, is")]
    [InlineData("""{"model": {"vocab": {"a": 0, "ab": 1}, "merges": [["a", "b"]]}}""", "a merge, b, is not in")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": ["a"]}}""", "merge 0 is neither a pair nor two words")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": [["a"]]}}""", "not a pair of strings")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": [["a", "a", "a"]]}}""", "merge 0 is neither a pair")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": {}}}""", "the merges are not a list")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": [], "dropout": 0.1}}""", "a dropout")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": []}, "added_tokens": {}}""", "added_tokens are not a list")]
    [InlineData("""{"model": {"vocab": {"a": 0}, "merges": []}, "added_tokens": [{}]}""", "no \"content\"")]
    public void ABrokenFileIsRefusedWithItsReason(string content, string reason)
    {
        using var folder = TokenizerFolder.Of(content);

        var e = Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.Path));

        Assert.Contains(Path.Combine(folder.Path, "tokenizer.json"), e.Message);
        Assert.Contains(reason, e.Message);
    }

    [Theory]
    [InlineData("normalizer", """{"type": "Nmt"}""", "the normalizer Nmt is not known")]
    [InlineData("pre_tokenizer", """{"type": "Jieba"}""", "the pre_tokenizer Jieba is not known")]
    [InlineData("post_processor", """{"type": "Wrap"}""", "the post_processor Wrap is not known")]
    [InlineData("decoder", """{"type": "CTC"}""", "the decoder CTC is not known")]
    [InlineData("normalizer", """{"type": "Replace", "pattern": {"Regex": "\\p{X}"}, "content": ""}""", "property X")]
    [InlineData("post_processor", """{"type": "TemplateProcessing", "single": []}""", "has no sequence A")]
    [InlineData("post_processor", """{"type": "BertProcessing", "cls": ["a", 0], "sep": ["b"]}""", "\"sep\" of BertP")]
    [InlineData("decoder", """{"type": "BPEDecoder", "suffix": ""}""", "\"suffix\" that is not a text")]
    public void AnUnknownPartIsNamed(string name, string part, string reason)
    {
        using var folder = TokenizerFolder.OfTiny(new JsonObject { [name] = JsonNode.Parse(part) });

        var e = Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.Path));

        Assert.Contains(reason, e.Message);
    }

    [Fact]
    public void TheOrderOfAFilesPartsDoesNotMatter()
    {
        using var folder = TokenizerFolder.Of("""
            {"model": {"merges": [["\u0061", "b"]], "vocab": {"\u0061": 0, "b": 1, "ab": 2}},
             "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "added_tokens": []}
            """);

        Assert.Equal([2, 0], Tokenizer.Load(folder.Path).Encode("aba", addSpecialTokens: true));
    }

    [Fact]
    public void AUnigramModelIsRead()
    {
        using var folder = TokenizerFolder.Of("""
            {"model": {"unk_id": 0, "vocab": [["<unk>", 0], ["a", -1], ["ab", -1.5], ["b", -1]], "type": "Unigram"}}
            """);

        Assert.Equal([2, 1, 0, 3], Tokenizer.Load(folder.Path).Encode("abaxyb", addSpecialTokens: true));
    }

    [Theory]
    [InlineData("""{"bos_token": "<s>", "eos_token": {"content": "</s>", "special": true}}""", "<s>", "</s>")]
    [InlineData("""{"bos_token": null}""", null, null)]
    public void TheConfigNamesTheTokensOfBeginningAndEnd(string config, string? bos, string? eos)
    {
        using var folder = TokenizerFolder.Of($$"""{"model": {{Model}}}""");
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"), config);

        var tokenizer = Tokenizer.Load(folder.Path);

        Assert.Equal((bos, eos), (tokenizer.BosToken, tokenizer.EosToken));
    }

    [Fact]
    public void ABrokenConfigIsNamed()
    {
        using var folder = TokenizerFolder.Of($$"""{"model": {{Model}}}""");
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer_config.json"), "{");

        var e = Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.Path));

        Assert.Contains("tokenizer_config.json", e.Message);
    }
}
