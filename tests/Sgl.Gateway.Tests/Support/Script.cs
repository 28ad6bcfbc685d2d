using System.Runtime.CompilerServices;
using Sgl.Engine.Requests;

namespace Sgl.Gateway.Tests.Support;

/// <summary>What a fake backend does for one request.</summary>
internal sealed record Script
{
    private int[] Output { get; init; } = [];

    /// <summary>Tokens per chunk.</summary>
    public int PerChunk { get; init; } = 1;

    /// <summary>Given at the end, unless the request's limit comes first; null is "length".</summary>
    public FinishReason? Finish { get; init; }

    /// <summary>After the tokens the request hangs until it is stopped.</summary>
    public bool Hangs { get; init; }

    /// <summary>Thrown when the tokens are out.</summary>
    public Exception? Failure { get; init; }

    /// <summary>Waited for before the tokens.</summary>
    public Task Gate { get; init; } = Task.CompletedTask;

    public int CachedTokens { get; init; }

    public static Script Tokens(params int[] tokens) => new() { Output = tokens };

    public async IAsyncEnumerable<TokenChunk> RunAsync(
        GenerateRequest request, [EnumeratorCancellation] CancellationToken stop)
    {
        await Gate.WaitAsync(stop);
        await Task.Yield();
        int count = Math.Min(Output.Length, request.Sampling.MaxNewTokens);
        bool ends = !Hangs && Failure is null;
        for (int i = 0; i < count; i += PerChunk)
        {
            int[] tokens = Output[i..Math.Min(i + PerChunk, count)];
            bool last = ends && i + tokens.Length == count;
            yield return Chunk(request, tokens, first: i == 0, last ? End(count) : null);
        }

        if (Failure is not null)
            throw Failure;
        if (Hangs)
            await Task.Delay(Timeout.Infinite, stop);
        if (count == 0)
            yield return Chunk(request, [], first: true, End(0));
    }

    private FinishReason End(int count) =>
        count == Output.Length && Finish is not null ? Finish : FinishReason.AtLength(count);

    private TokenChunk Chunk(GenerateRequest request, int[] tokens, bool first, FinishReason? finish) => new()
    {
        Tokens = tokens,
        CachedTokens = CachedTokens,
        Finish = finish,
        Logprobs = request.Logprobs is null ? []
            : [.. tokens.Select(token => Position(token, -0.5f, request.Logprobs.Top))],
        PromptLogprobs = request.Logprobs is null || !first ? [] : [.. Enumerable
            .Range(request.Logprobs.PromptStart, request.Prompt.Length - request.Logprobs.PromptStart)
            .Select(i => Position(request.Prompt.Span[i], i == 0 ? null : -i, request.Logprobs.Top))],
    };

    private static PositionLogprobs Position(int token, float? logprob, int top) =>
        new(token, logprob, [.. Enumerable.Range(0, top).Select(i => new TokenLogprob(token + i, -0.5f - i))]);
}
