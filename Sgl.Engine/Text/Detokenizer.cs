using Sgl.Engine.Text.Tokenizing.Decoders;

namespace Sgl.Engine.Text;

/// <summary>
/// Turns one request's tokens into text as they come, never emitting half a character. One per stream.
/// </summary>
public sealed class Detokenizer
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly TextSink _sink = new();
    private readonly DecoderStage _decoder;

    public Detokenizer(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
        _decoder = tokenizer.StartDecoding(_sink);
    }

    /// <summary>The text that became certain with these tokens; the pieces joined equal Decode of all tokens.</summary>
    public string Append(ReadOnlySpan<int> tokens)
    {
        foreach (var token in tokens)
        {
            if (_skipSpecialTokens && _tokenizer.IsSpecial(token)) continue;
            if (_tokenizer.Content(token) is { } content) _decoder.Push(content, startsToken: true);
        }

        return _sink.Take();
    }

    /// <summary>What was held back, at the end of the stream.</summary>
    public string Flush()
    {
        _decoder.Finish();
        return _sink.Take();
    }
}
