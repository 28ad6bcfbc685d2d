using System.Runtime.CompilerServices;
using Sgl.Engine;
using Sgl.Engine.Requests;

namespace Sgl.Grains.Streams;

/// <summary>The waist, over the cluster: every request is a stream that survives the replica it runs on.</summary>
public sealed class ClusterBackend(ModelInfo model, ReplicaSet replicas) : IInferenceBackend
{
    /// <summary>The limits are the same on all replicas, but for their memory: the smallest one counts.</summary>
    public ModelInfo Model => replicas.SmallestPool is int pool ? model with { MaxRequestTokens = pool } : model;

    public ReplicaSet Replicas => replicas;

    /// <inheritdoc/>
    public async IAsyncEnumerable<TokenChunk> GenerateAsync(
        GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ClusterStream stream = new(request, replicas);
        replicas.OnStreamStarted();
        try
        {
            await foreach (TokenChunk chunk in stream.RunAsync(cancellationToken).ConfigureAwait(false))
                yield return chunk;
        }
        finally
        {
            replicas.OnStreamEnded();
        }
    }

    /// <inheritdoc/>
    public ValueTask<EngineStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Wire.Sum(replicas.Loads));

    /// <inheritdoc/>
    public async ValueTask<bool> FlushCacheAsync(CancellationToken cancellationToken = default)
    {
        bool[] flushed = await replicas.FlushCachesAsync(cancellationToken).ConfigureAwait(false);
        return flushed.All(one => one);
    }
}
