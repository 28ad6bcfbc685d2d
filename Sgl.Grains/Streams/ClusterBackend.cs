using System.Runtime.CompilerServices;
using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Grains.Sessions;

namespace Sgl.Grains.Streams;

/// <summary>The waist, over the cluster: every request is a stream that survives the replica it runs on.</summary>
public sealed class ClusterBackend(ModelInfo model, ReplicaSet replicas) : IInferenceBackend
{
    private SessionStore? _sessions;

    /// <summary>The limits are the same on all replicas, but for their memory: the smallest one counts.</summary>
    public ModelInfo Model => replicas.SmallestPool is int pool ? model with { MaxRequestTokens = pool } : model;

    public ReplicaSet Replicas => replicas;

    /// <summary>From here on sessions have records; the silo runs by then.</summary>
    public void KeepSessions(SessionStore sessions) => _sessions = sessions;

    /// <summary>Reads the record of a session; false when it cannot be, and will not be kept.</summary>
    public ValueTask<bool> OpenSessionAsync(string session) =>
        _sessions?.OpenAsync(session) ?? ValueTask.FromResult(false);

    /// <inheritdoc/>
    public async IAsyncEnumerable<TokenChunk> GenerateAsync(
        GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        SessionProgress? progress = request.Session is null || _sessions is null ? null
            : new SessionProgress(_sessions, request, replicas.Options.SaveInterval);
        if (progress is not null && await progress.FindAsync().ConfigureAwait(false) is { } turn)
        {
            TokenChunk saved = new() { Tokens = turn.Output, Finish = Wire.ToEngine(turn.Finish) };
            progress.Take(saved);
            yield return saved;
            if (saved.Finish is not null)
                yield break;
            request = request with { Resumed = turn.Output };
        }

        ClusterStream stream = new(request, replicas);
        replicas.OnStreamStarted();
        try
        {
            await foreach (TokenChunk chunk in stream.RunAsync(cancellationToken).ConfigureAwait(false))
            {
                progress?.Take(chunk);
                yield return chunk;
            }
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
