using System.Buffers.Text;
using System.Text;
using Sgl.Engine.Text.Tokenizing.Models;

namespace Sgl.Engine.Text.Tokenizing.Tiktoken;

/// <summary>
/// A tiktoken file in the words of tokenizer.json: a line for each token, its bytes in base64 and its rank, which is
/// its id. How texts are split, and which special tokens there are, is in no file but in the models' own code; it is
/// known here for the tokenizer_class of tokenizer_config.json.
/// </summary>
internal static class TiktokenReader
{
    private const string Words =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}DIGITS"
        + @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    private static readonly Dictionary<string, Kind> _kinds = new()
    {
        ["QWenTokenizer"] = new(
            Words.Replace("DIGITS", ""),
            Normalizers: [new { type = "NFC" }],
            Special: ["<|endoftext|>", "<|im_start|>", "<|im_end|>",
                .. Enumerable.Range(0, 205).Select(i => $"<|extra_{i}|>")],
            Before: []),
        ["ChatGLM4Tokenizer"] = new(
            Words.Replace("DIGITS", "{1,3}"),
            Normalizers: [],
            Special: ["<|endoftext|>", "[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>", "<|system|>", "<|user|>",
                "<|assistant|>", "<|observation|>", "<|begin_of_image|>", "<|end_of_image|>", "<|begin_of_video|>",
                "<|end_of_video|>"],
            Before: ["[gMASK]", "<sop>"]),
    };

    /// <exception cref="FormatException">It is broken, or its tokenizer_class is not known.</exception>
    public static TokenizerFile Read(ReadOnlySpan<byte> content, TokenizerConfig config)
    {
        var name = config.Json.Optional("tokenizer_class")?.ToString();
        if (name is null || !_kinds.TryGetValue(name, out var kind))
        {
            throw new FormatException(
                $"it is a tiktoken file, and the tokenizer_class in tokenizer_config.json is {name ?? "absent"} "
                + $"(known are {string.Join(", ", _kinds.Keys.Order())})");
        }

        var bytes = ReadTokens(content);
        var vocabulary = new Vocabulary();
        for (var id = 0; id < bytes.Size; id++)
        {
            if (bytes.Contains(id)) vocabulary.Add(Encoding.UTF8.GetBytes(Written(bytes.Content(id))), id);
        }

        var model = BpeParts.OfRanks(bytes, id => id, vocabulary, new BpeOptions { IgnoreMerges = true });
        var file = new TokenizerFileBuilder(vocabulary);
        foreach (var (i, token) in kind.Special.Index()) file.Add(bytes.Size + i, token, special: true);
        foreach (var (id, token) in config.AddedTokens()) file.Add(id, token);
        return file
            .Part("normalizer", "normalizers", kind.Normalizers)
            .Part(
                "pre_tokenizer",
                "pretokenizers",
                new { type = "Split", pattern = new { Regex = kind.Words }, behavior = "Isolated" },
                new { type = "ByteLevel", add_prefix_space = false, use_regex = false })
            .Part("decoder", "decoders", new { type = "ByteLevel" })
            .Around(kind.Before, [])
            .Build(model);
    }

    private static Vocabulary ReadTokens(ReadOnlySpan<byte> content)
    {
        var tokens = new Vocabulary();
        var (buffer, number) = (new byte[256], 0);
        foreach (var range in content.Split((byte)'\n'))
        {
            number++;
            var line = content[range].TrimEnd((byte)'\r');
            if (line.IsEmpty) continue;
            var space = line.IndexOf((byte)' ');
            if (space < 0 || !Utf8Parser.TryParse(line[(space + 1)..], out int rank, out var used)
                || used != line.Length - space - 1 || rank is < 0 or > Vocabulary.HighestId)
            {
                throw new FormatException($"its line {number} is not a token in base64, a space and a rank");
            }

            if (buffer.Length < space) buffer = new byte[space];
            var status = Base64.DecodeFromUtf8(line[..space], buffer, out _, out var length);
            if (status != System.Buffers.OperationStatus.Done)
                throw new FormatException($"the token of its line {number} is no base64");
            tokens.Add(buffer.AsSpan(0, length), rank);
        }

        return tokens.Count > 0 ? tokens : throw new FormatException("it has no tokens");
    }

    /// <summary>Bytes as byte-level tokenizers write them.</summary>
    private static string Written(ReadOnlySpan<byte> token)
    {
        var text = new StringBuilder(token.Length);
        foreach (var value in token) text.Append(ByteAlphabet.Character(value));
        return text.ToString();
    }

    /// <param name="Words">What a text is split into.</param>
    /// <param name="Special">Tokens behind those of the file.</param>
    /// <param name="Before">Tokens that every text begins with.</param>
    private sealed record Kind(
        string Words, IReadOnlyList<object> Normalizers, IReadOnlyList<string> Special, IReadOnlyList<string> Before);
}
