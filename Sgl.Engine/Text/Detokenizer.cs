namespace Sgl.Engine.Text;

/// <summary>Turns one request's tokens into text as they come, never emitting half a character. One per stream.</summary>
public sealed class Detokenizer(Tokenizer tokenizer, bool skipSpecialTokens)
{
    /// <summary>The text that became certain with these tokens; the pieces joined equal Decode of all tokens.</summary>
    public string Append(ReadOnlySpan<int> tokens) => throw new NotImplementedException($"{tokenizer} {skipSpecialTokens}");

    /// <summary>What was held back, at the end of the stream.</summary>
    public string Flush() => throw new NotImplementedException();
}
