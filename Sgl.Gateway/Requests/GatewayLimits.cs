namespace Sgl.Gateway.Requests;

/// <summary>Every limit that the gateway keeps on what comes in and goes out, with its number.</summary>
public sealed record GatewayLimits
{
    /// <summary>Of a request's body; beyond it 413.</summary>
    public int BodyBytes { get; init; } = 8 << 20;

    /// <summary>A body beyond it is not even read to its end: the connection is closed on the answer 413.</summary>
    public int ReadBytes { get; init; } = 64 << 20;

    /// <summary>Objects and lists inside each other in a body.</summary>
    public int JsonDepth { get; init; } = 64;

    public int Connections { get; init; } = 16384;

    /// <summary>Prompts of one request.</summary>
    public int Prompts { get; init; } = 1024;

    /// <summary>n: generations per prompt.</summary>
    public int ChoicesPerPrompt { get; init; } = 128;

    /// <summary>Prompts times n of one request.</summary>
    public int Generations { get; init; } = 4096;

    public int StopStrings { get; init; } = 64;

    /// <summary>In characters.</summary>
    public int StopStringLength { get; init; } = 1024;

    public int StopTokens { get; init; } = 1024;

    public int LogitBiases { get; init; } = 4096;

    /// <summary>Candidates per position; the chat endpoint has OpenAI's own limit.</summary>
    public int TopLogprobs { get; init; } = 128;

    public int ChatTopLogprobs { get; init; } = 20;

    /// <summary>Of a request id, in characters.</summary>
    public int RequestIdLength { get; init; } = 256;

    /// <summary>
    /// Most tokens that one streamed event may gather when a client reads more slowly than tokens come.
    /// </summary>
    public int TokensPerEvent { get; init; } = 64;

    /// <summary>A stream is flushed when it has this much, even if more is at hand.</summary>
    public int UnflushedBytes { get; init; } = 32 << 10;

    /// <summary>Longest wait of a health probe for its token.</summary>
    public TimeSpan HealthTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest wait that /flush_cache?timeout= may ask for.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Of the warm-up request at start.</summary>
    public TimeSpan WarmUpTimeout { get; init; } = TimeSpan.FromMinutes(10);
}
