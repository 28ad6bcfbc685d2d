using Sgl.Engine.Text.Tokenizing.Models;
using Sgl.Engine.Text.Tokenizing.Normalizers;
using Sgl.Engine.Text.Tokenizing.PreTokenizers;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>
/// The way of a text: added tokens, normalizers, added tokens of the normalized text, pre-tokenizers, model.
/// </summary>
internal sealed class TextEncoder
{
    private readonly Normalizer[] _normalizers;
    private readonly PreTokenizer[] _preTokenizers;
    private readonly WordModel _model;
    private readonly AddedTokenMatcher _raw;
    private readonly AddedTokenMatcher _normalized;

    /// <exception cref="FormatException">A component that is not known or broken.</exception>
    public TextEncoder(TokenizerFile file)
    {
        _normalizers = file.Part("normalizer") is { } normalizer ? [.. Normalizer.Read(normalizer)] : [];
        _preTokenizers = file.Part("pre_tokenizer") is { } splitter ? [.. PreTokenizer.Read(splitter)] : [];
        var byteLevel = _preTokenizers is [.., ByteLevelPreTokenizer];
        if (byteLevel) _preTokenizers = _preTokenizers[..^1];
        else if (file.Model.Seams is { } seams) _preTokenizers = [.. _preTokenizers, new SeamPreTokenizer(seams)];
        _model = file.Model.Build(byteLevel);
        Tokens = new AddedTokens(file.Model.Vocabulary, file.Part("added_tokens"), Normalize);
        _raw = new AddedTokenMatcher(Tokens.Added.Where(token => !token.Normalized));
        _normalized = new AddedTokenMatcher(Tokens.Added.Where(token => token.Normalized));
    }

    /// <summary>The tokens that there are.</summary>
    public AddedTokens Tokens { get; }

    /// <summary>Appends the tokens of a text.</summary>
    public void Encode(string text, List<int> output)
    {
        text = WellFormed(text);
        PieceHandler handler = (in Piece piece) => _model.Encode(piece.Span, output);
        foreach (var preTokenizer in _preTokenizers.Reverse())
        {
            var next = handler;
            handler = (in Piece piece) => preTokenizer.Split(piece, next);
        }

        Split(_raw, text, output, (in Piece part) =>
        {
            var normalized = Normalize(part);
            Split(_normalized, normalized, output, handler, part.AtStart);
        }, atStart: true);
    }

    /// <summary>Appends the added tokens of a text, and hands on what lies between them.</summary>
    private static void Split(
        AddedTokenMatcher matcher, string text, List<int> output, PieceHandler between, bool atStart)
    {
        var (from, end) = (0, 0);
        while (matcher.Next(text, ref from, end) is { } match)
        {
            if (end < match.Start) between(new Piece(text, end, match.Start - end, atStart && end == 0));
            output.Add(match.Token.Id);
            end = match.End;
        }

        if (end < text.Length) between(new Piece(text, end, text.Length - end, atStart && end == 0));
    }

    private string Normalize(in Piece part) =>
        Normalize(part.Length == part.Text.Length ? part.Text : part.Span.ToString());

    private string Normalize(string text) =>
        _normalizers.Aggregate(text, (current, normalizer) => normalizer.Apply(current));

    /// <summary>Surrogates that stand alone are no characters: each becomes a replacement character.</summary>
    private static string WellFormed(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return text;
        var characters = text.ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (!char.IsSurrogate(characters[i])) continue;
            if (i + 1 < characters.Length && char.IsSurrogatePair(characters[i], characters[i + 1])) i++;
            else characters[i] = '\uFFFD';
        }

        return new string(characters);
    }
}
