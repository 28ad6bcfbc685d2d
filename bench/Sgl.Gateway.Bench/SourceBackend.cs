using System.Runtime.CompilerServices;
using Sgl.Engine;
using Sgl.Engine.Requests;

namespace Sgl.Gateway.Bench;

/// <summary>In the engine's place: tokens that cost nothing.</summary>
/// <param name="apart">Each token comes a moment after the one before, so that each is an event of its own.</param>
internal sealed class SourceBackend(bool apart) : IInferenceBackend
{
    /// <summary>Of sgl-tiny's vocabulary: words, no special tokens.</summary>
    private static readonly int[] _tokens = [.. Enumerable.Range(300, 64)];

    public ModelInfo Model { get; } = new()
    {
        Path = "source",
        Architecture = "none",
        ModelType = "none",
        VocabularySize = 4096,
        ContextLength = 1 << 20,
        MaxRequestTokens = 1 << 20,
        EndTokens = [],
    };

    public async IAsyncEnumerable<TokenChunk> GenerateAsync(
        GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        int count = request.Sampling.MaxNewTokens;
        for (int i = 0; i < count; i++)
        {
            if (apart)
                await Task.Yield();
            yield return new TokenChunk
            {
                Tokens = _tokens.AsMemory(i % _tokens.Length, 1),
                Finish = i == count - 1 ? FinishReason.AtLength(count) : null,
            };
        }
    }

    public ValueTask<EngineStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("A source has no status.");

    public ValueTask<bool> FlushCacheAsync(CancellationToken cancellationToken = default) => new(true);
}
