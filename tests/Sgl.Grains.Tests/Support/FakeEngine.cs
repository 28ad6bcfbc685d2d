using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Sgl.Engine;
using Sgl.Engine.Requests;

namespace Sgl.Grains.Tests.Support;

/// <summary>
/// An engine whose token at a position is a function of prompt, seed and position, as a real one's is. A test says how
/// fast it is and when it fails.
/// </summary>
internal sealed class FakeEngine : IInferenceBackend
{
    private int _running;
    private long _generated;

    /// <summary>Called before the token at a position; may wait, or throw what the step fails with.</summary>
    public Func<GenerateRequest, int, CancellationToken, Task> BeforeToken { get; init; } =
        (_, _, stop) => Task.Delay(1, stop);

    /// <summary>Requests beyond it are refused.</summary>
    public int Places { get; init; } = int.MaxValue;

    public ConcurrentQueue<GenerateRequest> Requests { get; } = new();

    public int Running => _running;

    public ModelInfo Model { get; } = new()
    {
        Path = "fake",
        Architecture = "Fake",
        ModelType = "fake",
        VocabularySize = 1000,
        ContextLength = 4096,
        MaxRequestTokens = 4096,
        EndTokens = [0],
    };

    public static int[] Expected(GenerateRequest request) =>
        [.. Enumerable.Range(0, request.Sampling.MaxNewTokens).Select(position => Token(request, position))];

    public async IAsyncEnumerable<TokenChunk> GenerateAsync(
        GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Interlocked.Increment(ref _running) > Places)
        {
            Interlocked.Decrement(ref _running);
            throw new QueueFullException(Places);
        }

        Requests.Enqueue(request);
        try
        {
            for (int position = request.Resumed.Length; position < request.Sampling.MaxNewTokens; position++)
            {
                await BeforeToken(request, position, cancellationToken);
                Interlocked.Increment(ref _generated);
                bool last = position + 1 == request.Sampling.MaxNewTokens;
                yield return new TokenChunk
                {
                    Tokens = new[] { Token(request, position) },
                    CachedTokens = 3,
                    Finish = last ? FinishReason.AtLength(position + 1) : null,
                };
            }
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public ValueTask<EngineStatus> GetStatusAsync(CancellationToken cancellationToken = default) => new(new EngineStatus
    {
        RunningRequests = _running,
        QueuedRequests = 0,
        QueuedTokens = 0,
        TotalTokens = 4096,
        FreeTokens = 4096,
        CachedTokens = 0,
        HeldTokens = 0,
        GenerationThroughput = 0,
        CacheHitRate = 0,
        PromptTokensTotal = 0,
        CachedTokensTotal = 0,
        GeneratedTokensTotal = Interlocked.Read(ref _generated),
        RetractionsTotal = 0,
        Steps = 0,
        HostSeconds = 0,
        WeightBytes = 0,
        KvCacheBytes = 0,
    });

    public ValueTask<bool> FlushCacheAsync(CancellationToken cancellationToken = default) => new(_running == 0);

    private static int Token(GenerateRequest request, int position)
    {
        ulong hash = request.Seed + 1;
        foreach (int token in request.Prompt.Span)
            hash = (hash ^ (ulong)token) * 0x9E3779B97F4A7C15;
        return (int)(((hash ^ (ulong)position) * 0xBF58476D1CE4E5B9) >> 40) % 1000;
    }
}
