using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Sgl.Engine;
using Sgl.Engine.Requests;

namespace Sgl.Gateway.Tests.Support;

/// <summary>A backend that says what a test tells it to, and remembers what it was asked.</summary>
internal sealed class FakeBackend : IInferenceBackend
{
    private readonly Func<GenerateRequest, CancellationToken, IAsyncEnumerable<TokenChunk>> _generate;
    private long _steps;

    public FakeBackend(Func<GenerateRequest, CancellationToken, IAsyncEnumerable<TokenChunk>> generate) =>
        _generate = generate;

    /// <summary>Gives these tokens one by one to every request, up to its limit, then the end.</summary>
    public static FakeBackend Saying(params int[] tokens) =>
        new((request, stop) => Script.Tokens(tokens).RunAsync(request, stop));

    public ModelInfo Model { get; init; } = new()
    {
        Path = Sgl.TestSupport.Repository.TinyModel,
        Architecture = "LlamaForCausalLM",
        ModelType = "llama",
        VocabularySize = 4096,
        ContextLength = 256,
        MaxRequestTokens = 1024,
        EndTokens = [4089, 4087],
    };

    public ConcurrentQueue<GenerateRequest> Requests { get; } = new();

    public ConcurrentQueue<string> Aborted { get; } = new();

    public bool Busy { get; set; }

    public async IAsyncEnumerable<TokenChunk> GenerateAsync(
        GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Requests.Enqueue(request);
        bool finished = false;
        try
        {
            await foreach (TokenChunk chunk in _generate(request, cancellationToken))
            {
                Interlocked.Increment(ref _steps);
                finished = chunk.Finish is not null;
                yield return chunk;
            }
        }
        finally
        {
            if (!finished)
                Aborted.Enqueue(request.Id);
        }
    }

    public ValueTask<EngineStatus> GetStatusAsync(CancellationToken cancellationToken = default) => new(new EngineStatus
    {
        RunningRequests = 0,
        QueuedRequests = 0,
        QueuedTokens = 0,
        TotalTokens = 1024,
        FreeTokens = 1000,
        CachedTokens = 24,
        HeldTokens = 0,
        GenerationThroughput = 12.5,
        CacheHitRate = 0.25,
        PromptTokensTotal = 1,
        CachedTokensTotal = 2,
        GeneratedTokensTotal = 3,
        RetractionsTotal = 4,
        HostSeconds = 0.5,
        Steps = Interlocked.Read(ref _steps),
        WeightBytes = 1 << 30,
        KvCacheBytes = 1 << 29,
    });

    public ValueTask<bool> FlushCacheAsync(CancellationToken cancellationToken = default) => new(!Busy);
}
