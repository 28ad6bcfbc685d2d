using Sgl.Grains.Abstractions;

namespace Sgl.Client;

/// <summary>How much of an answer the caller has; when it is made again, only the rest is news.</summary>
internal sealed class ReceivedAnswer
{
    private (int Text, int Tokens) _given;
    private (int Text, int Tokens) _seen;

    public bool IsComplete { get; private set; }

    /// <summary>The answer comes from its beginning.</summary>
    public void Begin() => _seen = (0, 0);

    /// <returns>What the caller does not have; null when that is nothing.</returns>
    public AnswerPart? Take(AnswerPart part)
    {
        int knownText = Math.Clamp(_given.Text - _seen.Text, 0, part.Text.Length);
        int knownTokens = Math.Clamp(_given.Tokens - _seen.Tokens, 0, part.Tokens.Length);
        _seen = (_seen.Text + part.Text.Length, _seen.Tokens + part.Tokens.Length);
        _given = (Math.Max(_given.Text, _seen.Text), Math.Max(_given.Tokens, _seen.Tokens));
        IsComplete = part.Finish is not null;
        AnswerPart news = part with { Text = part.Text[knownText..], Tokens = part.Tokens[knownTokens..] };
        return news.Text.Length > 0 || news.Tokens.Length > 0 || IsComplete ? news : null;
    }
}
