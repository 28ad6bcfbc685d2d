using System.Text;
using Sgl.Engine.Text.Tokenizing.Models;

namespace Sgl.Engine.Text.Tokenizing.SentencePiece;

/// <summary>
/// A SentencePiece tokenizer.model in the words of tokenizer.json, as transformers converts it. What else there is to
/// know, such as whether texts begin with bos, tokenizer_config.json says.
/// </summary>
internal static class SentencePieceReader
{
    // Stands for a space in pieces.
    private const string Space = "\u2581";

    /// <summary>Tokens behind the pieces of ChatGLM 2 and 3, which their own code adds.</summary>
    private static readonly string[] _chatGlmTokens =
    [
        "[MASK]", "[gMASK]", "[sMASK]", "sop", "eop", "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>",
    ];

    /// <exception cref="FormatException">It is broken, or no such model.</exception>
    public static (TokenizerFile File, TokenizerConfig Config) Read(ReadOnlySpan<byte> content, TokenizerConfig config)
    {
        var model = new SentencePieceModel(content);
        config = config with { BosToken = config.BosToken ?? model.Bos, EosToken = config.EosToken ?? model.Eos };
        var vocabulary = new Vocabulary();
        foreach (var (id, piece) in model.Pieces.Index()) vocabulary.Add(Encoding.UTF8.GetBytes(piece.Content), id);

        // Before tokens are added: merges make pieces alone.
        ModelParts parts = model.IsUnigram ? Unigram(model, vocabulary) : Bpe(model, vocabulary);
        var file = new TokenizerFileBuilder(vocabulary);
        foreach (var (id, piece) in model.Pieces.Index())
        {
            if (piece.Type is PieceType.Unknown or PieceType.Control or PieceType.UserDefined)
                file.Add(id, piece.Content, special: piece.Type != PieceType.UserDefined);
        }

        foreach (var (id, token) in config.AddedTokens()) file.Add(id, token);
        AddSpaces(file, model, isLegacy: config.Json.Flag("legacy", true));
        AddEnds(file, model, config);
        return (file.Build(parts), config);
    }

    private static UnigramParts Unigram(SentencePieceModel model, Vocabulary vocabulary) => new(
        vocabulary,
        NormalPieces(model),
        [.. model.Pieces.Select(piece => (double)piece.Score)],
        Unknown(model),
        model.ByteFallback && BpeParts.HasEveryByte(vocabulary));

    private static BpeParts Bpe(SentencePieceModel model, Vocabulary vocabulary)
    {
        // Pieces of one score are equals: the leftmost is merged.
        var scores = model.Pieces.Select(piece => piece.Score).Distinct().OrderDescending().Index()
            .ToDictionary(pair => pair.Item, pair => pair.Index);
        var options = new BpeOptions
        {
            Unknown = Unknown(model),
            FuseUnknown = true,
            ByteFallback = model.ByteFallback,
        };
        return BpeParts.OfRanks(NormalPieces(model), id => scores[model.Pieces[id].Score], vocabulary, options);
    }

    private static Vocabulary NormalPieces(SentencePieceModel model)
    {
        var normal = new Vocabulary();
        foreach (var (id, piece) in model.Pieces.Index())
        {
            if (piece.Type == PieceType.Normal) normal.Add(Encoding.UTF8.GetBytes(piece.Content), id);
        }

        return normal;
    }

    private static int Unknown(SentencePieceModel model) =>
        model.Pieces.Index().FirstOrDefault(pair => pair.Item.Type == PieceType.Unknown, (-1, default)).Index;

    /// <summary>Normalizers, pre-tokenizers and decoders: what becomes of spaces.</summary>
    /// <param name="isLegacy">Every text between added tokens gets a space in front, not the first alone.</param>
    private static void AddSpaces(TokenizerFileBuilder file, SentencePieceModel model, bool isLegacy)
    {
        var escape = new { type = "Replace", pattern = new { String = " " }, content = Space };
        var normalizers = new List<object>();
        if (model.CharacterMap.Length > 0)
            normalizers.Add(new { type = "Precompiled", precompiled_charsmap = model.CharacterMap });
        if (model.RemoveExtraSpaces)
        {
            normalizers.Add(new { type = "Strip" });
            normalizers.Add(new { type = "Replace", pattern = new { Regex = " {2,}" }, content = " " });
        }

        if (model.AddDummyPrefix && isLegacy) normalizers.Add(new { type = "Prepend", prepend = Space });
        normalizers.Add(escape);
        file.Part("normalizer", "normalizers", normalizers);
        if (model.AddDummyPrefix && !isLegacy)
        {
            file.Part(
                "pre_tokenizer",
                "pretokenizers",
                new { type = "Metaspace", replacement = Space, prepend_scheme = "first", split = false });
        }

        List<object> decoders =
        [
            new { type = "Replace", pattern = new { String = Space }, content = " " },
            new { type = "ByteFallback" },
            new { type = "Fuse" },
        ];
        if (model.AddDummyPrefix) decoders.Add(new { type = "Strip", content = " ", start = 1, stop = 0 });
        file.Part("decoder", "decoders", decoders);
    }

    private static void AddEnds(TokenizerFileBuilder file, SentencePieceModel model, TokenizerConfig config)
    {
        if (config.Json.Optional("tokenizer_class") is { } name && name.ToString() == "ChatGLMTokenizer")
        {
            foreach (var (i, token) in _chatGlmTokens.Index()) file.Add(model.Pieces.Count + i, token, special: true);
            file.Around(["[gMASK]", "sop"], []);
            return;
        }

        string[] before = config.Json.Flag("add_bos_token", true) && config.BosToken is { } bos ? [bos] : [];
        string[] behind = config.Json.Flag("add_eos_token", false) && config.EosToken is { } eos ? [eos] : [];
        file.Around(before, behind);
    }
}
