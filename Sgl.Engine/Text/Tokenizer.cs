using System.Text.Json;
using System.Text.Unicode;
using Sgl.Engine.Requests;
using Sgl.Engine.Text.Tokenizing;
using Sgl.Engine.Text.Tokenizing.Decoders;
using Sgl.Engine.Text.Tokenizing.SentencePiece;
using Sgl.Engine.Text.Tokenizing.Tiktoken;

namespace Sgl.Engine.Text;

/// <summary>
/// A model folder's tokenizer, encoded and decoded exactly as Hugging Face's library does: tokenizer.json, else
/// SentencePiece's tokenizer.model, else a tiktoken file. Safe for concurrent use.
/// </summary>
public sealed class Tokenizer
{
    private readonly TextEncoder _encoder;
    private readonly PostProcessor _postProcessor;
    private readonly Decoder[] _decoders;
    private readonly AddedTokens _tokens;

    private Tokenizer(TokenizerFile file, TokenizerConfig config)
    {
        _encoder = new TextEncoder(file);
        _tokens = _encoder.Tokens;
        _postProcessor = file.Part("post_processor") is { } post ? PostProcessor.Read(post) : PostProcessor.None;
        _decoders = file.Part("decoder") is { } decoder ? [.. Decoder.Read(decoder)] : [new JoinDecoder()];
        BosToken = config.BosToken;
        EosToken = config.EosToken;
    }

    /// <summary>Highest token id + 1, added tokens included.</summary>
    public int VocabularySize => _tokens.Size;

    /// <summary>The beginning-of-text token's content, from tokenizer_config.json; null when there is none.</summary>
    public string? BosToken { get; }

    public string? EosToken { get; }

    /// <summary>The file of a folder that describes its tokenizer; null when there is none.</summary>
    public static string? FileIn(string folder)
    {
        string[] names = [Path.Combine(folder, "tokenizer.json"), Path.Combine(folder, "tokenizer.model")];
        return Array.Find(names, File.Exists) ?? (Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.tiktoken").Order(StringComparer.Ordinal).FirstOrDefault()
            : null);
    }

    /// <summary>Reads the tokenizer (and tokenizer_config.json, where there is one) of a folder.</summary>
    /// <exception cref="UserErrorException">
    /// The file is missing, broken, or uses a part that is not known: names it.
    /// </exception>
    public static Tokenizer Load(string folder)
    {
        var path = FileIn(folder) ?? throw new UserErrorException(
            $"There is no {Path.Combine(folder, "tokenizer.json")}, tokenizer.model or *.tiktoken: the folder needs "
            + "the tokenizer of its model.");
        try
        {
            return Read(Path.GetExtension(path), File.ReadAllBytes(path), TokenizerConfig.Load(folder));
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // The reader's word for a text with half a surrogate pair is InvalidOperationException.
            throw new UserErrorException($"{path} is no tokenizer that can be used: {e.Message}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static Tokenizer Read(string extension, byte[] content, TokenizerConfig config)
    {
        if (extension == ".json") return new(TokenizerFile.Parse(content), config);
        // GLM-4 calls its tiktoken file tokenizer.model, too: only SentencePiece's begins with a message's field.
        const byte piece = 1 << 3 | 2;
        if (!content.AsSpan().StartsWith([piece])) return new(TiktokenReader.Read(content, config), config);
        var (file, completed) = SentencePieceReader.Read(content, config);
        return new(file, completed);
    }

    /// <param name="addSpecialTokens">
    /// Run the post-processor (which adds bos and its like). As with the tokenizers library, tokenizer.json alone
    /// decides what it adds, not the add_bos_token of tokenizer_config.json.
    /// </param>
    public int[] Encode(string text, bool addSpecialTokens)
    {
        var output = new List<int>(text.Length / 4 + 8);
        if (addSpecialTokens) output.AddRange(_postProcessor.Before);
        _encoder.Encode(text, output);
        if (addSpecialTokens) output.AddRange(_postProcessor.Behind);
        return [.. output];
    }

    /// <summary>The text of tokens; ids that no token has are left out.</summary>
    public string Decode(ReadOnlySpan<int> tokens, bool skipSpecialTokens)
    {
        var detokenizer = new Detokenizer(this, skipSpecialTokens);
        return detokenizer.Append(tokens) + detokenizer.Flush();
    }

    /// <summary>
    /// The id of a token by its content in the vocabulary or among the added tokens; null when it is none.
    /// </summary>
    public int? TokenId(string content) => _tokens.Find(content);

    public bool IsSpecial(int token) => _tokens.IsSpecial(token);

    /// <summary>The bytes that a token alone stands for, which may be a part of a character.</summary>
    public byte[] TokenBytes(int token)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(Content(token) ?? "");
        foreach (var decoder in _decoders)
        {
            bytes = decoder.Bytes(bytes);
            // A part of a character: no decoder behind has anything to say to it.
            if (!Utf8.IsValid(bytes)) break;
        }

        return bytes;
    }

    /// <summary>A token as the vocabulary writes it; null when there is none with this id.</summary>
    internal string? Content(int token) => _tokens.Content(token);

    /// <summary>The decoders, at the start of a text, in front of where it goes.</summary>
    internal DecoderStage StartDecoding(DecoderStage sink) =>
        _decoders.Reverse().Aggregate(sink, (next, decoder) => decoder.Start(next));
}
