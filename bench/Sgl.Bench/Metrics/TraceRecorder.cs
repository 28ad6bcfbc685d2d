using Sgl.Bench.Http;

namespace Sgl.Bench.Metrics;

/// <summary>Makes the trace of one request from its chunks.</summary>
/// <param name="countsEveryChunk">
/// The server tells in every chunk how many tokens there are so far: a gap is shared out among the chunk's new tokens.
/// Otherwise a chunk with text counts as one token.
/// </param>
internal sealed class TraceRecorder(bool countsEveryChunk)
{
    private readonly List<double> _gaps = [];
    private int? _reportedTokens;
    private int? _promptTokens;
    private double _first;
    private double _last;

    /// <summary>How many came so far.</summary>
    public int Tokens { get; private set; }

    /// <param name="seconds">Since the request was sent.</param>
    public void Add(double seconds, in StreamChunk chunk)
    {
        _reportedTokens = chunk.CompletionTokens ?? _reportedTokens;
        _promptTokens = chunk.PromptTokens ?? _promptTokens;
        int fresh = chunk.HasText ? 1 : 0;
        if (countsEveryChunk)
            fresh = (chunk.CompletionTokens ?? Tokens) - Tokens;
        if (fresh <= 0)
            return;

        if (Tokens == 0)
            _first = seconds;
        else
            _gaps.AddRange(Enumerable.Repeat((seconds - _last) / fresh, fresh));
        _last = seconds;
        Tokens += fresh;
    }

    /// <param name="promptTokens">How many were sent, for a server that does not say.</param>
    public RequestTrace Finish(int promptTokens) => new()
    {
        Error = Tokens == 0 ? "The stream brought no token." : null,
        PromptTokens = _promptTokens ?? promptTokens,
        OutputTokens = _reportedTokens ?? Tokens,
        FirstTokenSeconds = _first,
        LatencySeconds = _last,
        TokenGaps = _gaps,
    };
}
