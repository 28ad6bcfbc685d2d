using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Engine.Text.Tokenizing.SentencePiece;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text.Tokenizing.SentencePiece;

public sealed class SentencePieceTests
{
    /// <summary>Llama 2's vocabulary in the file that it was first published in gives Hugging Face's tokens.</summary>
    [Fact]
    public void Llama2sTokenizerModelGivesTheTokensOfItsTokenizerJson()
    {
        var package = TokenizerPackages.Folder("llama2");
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package, "tokenizer.json")));
        var model = json.RootElement.GetProperty("model");
        // The converter sorts merges by the scores of what they make: their places stand for the scores.
        var places = new Dictionary<string, int>();
        foreach (var (place, merge) in model.GetProperty("merges").EnumerateArray().Index())
            places.TryAdd(string.Concat(Pair(merge)), place);
        var writer = new PieceWriter();
        var vocabulary = model.GetProperty("vocab").EnumerateObject();
        foreach (var (piece, id) in vocabulary.Select(p => (p.Name, p.Value.GetInt32())).OrderBy(p => p.Item2))
        {
            var type = id switch
            {
                0 => PieceType.Unknown,
                1 or 2 => PieceType.Control,
                < 259 => PieceType.Byte,
                _ => PieceType.Normal,
            };
            writer.Piece(piece, -places.GetValueOrDefault(piece, int.MaxValue), type);
        }

        writer.Training(modelType: 2, byteFallback: true).Normalization(addDummyPrefix: true, removeExtraSpaces: false);
        using var folder = new ModelFileFolder("tokenizer.model", writer.ToArray());

        TokenizerGoldenTests.Check(Path.Combine(Repository.Fixtures("tokenizers"), "llama2.json"), folder.Path);
        Assert.Equal("<s>", Tokenizer.Load(folder.Path).BosToken);
    }

    [Theory]
    [InlineData("""{"legacy":false}""", new[] { 1, 3, 4, 6, 7 })]
    [InlineData("""{"add_bos_token":false,"add_eos_token":true}""", new[] { 3, 4, 6, 3, 7, 2 })]
    public void TheConfigSaysWhereSpacesAndEndsAre(string config, int[] expected)
    {
        using var folder = new ModelFileFolder("tokenizer.model", Small(modelType: 2), config);
        Assert.Equal(expected, Tokenizer.Load(folder.Path).Encode("ab<x>b", addSpecialTokens: true));
    }

    [Fact]
    public void ChatGlmsTokensStandBehindThePieces()
    {
        using var folder = new ModelFileFolder(
            "tokenizer.model",
            Small(modelType: 2),
            """{"tokenizer_class":"ChatGLMTokenizer","added_tokens_decoder":{"15":{"content":"<|user|>"}}}""");
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal([10, 12, 3, 4], tokenizer.Encode("ab", addSpecialTokens: true));
        Assert.Equal([15, 3, 7], tokenizer.Encode("<|user|>b", addSpecialTokens: false));
    }

    [Theory]
    [InlineData("ab", new[] { 3, 4 })]
    [InlineData("abb", new[] { 3, 5, 8 })]
    [InlineData("  b   b ", new[] { 3, 7, 3, 7 })]
    [InlineData("zzb", new[] { 3, 0, 7 })]
    public void AUnigramModelTakesTheLikeliestPieces(string text, int[] expected)
    {
        using var folder = new ModelFileFolder("tokenizer.model", Small(modelType: 1));
        Assert.Equal(expected, Tokenizer.Load(folder.Path).Encode(text, addSpecialTokens: false));
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 0x7F, 1 }, "it is cut off")]
    [InlineData(new byte[] { 0x0A, 0, 0x0F }, "wire type 7")]
    [InlineData(new byte[] { 0x0A, 2, 0x08, 1 }, "its field 1 is not text")]
    [InlineData(new byte[] { 0x0A, 0, 0x12, 2, 0x18, 3 }, "its model_type is 3")]
    public void ABrokenFileIsRefusedWithItsReason(byte[] content, string reason)
    {
        using var folder = new ModelFileFolder("tokenizer.model", content);
        var e = Assert.Throws<UserErrorException>(() => Tokenizer.Load(folder.Path));
        Assert.Contains(Path.Combine(folder.Path, "tokenizer.model"), e.Message);
        Assert.Contains(reason, e.Message);
    }

    private static string[] Pair(JsonElement merge) => merge.ValueKind == JsonValueKind.String
        ? merge.GetString()!.Split(' ')
        : [.. merge.EnumerateArray().Select(part => part.GetString()!)];

    private static byte[] Small(int modelType) => new PieceWriter()
        .Piece("<unk>", 0, PieceType.Unknown)
        .Piece("<s>", 0, PieceType.Control)
        .Piece("</s>", 0, PieceType.Control)
        .Piece("\u2581", -1, PieceType.Normal)
        .Piece("ab", -2, PieceType.Normal)
        .Piece("a", -4, PieceType.Normal)
        .Piece("<x>", 0, PieceType.UserDefined)
        .Piece("b", -3, PieceType.Normal)
        .Piece("bb", -1, PieceType.Normal)
        .Training(modelType, byteFallback: false)
        .Normalization(addDummyPrefix: true, removeExtraSpaces: modelType == 1)
        .ToArray();
}
