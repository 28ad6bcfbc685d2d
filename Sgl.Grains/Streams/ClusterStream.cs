using System.Diagnostics;
using System.Runtime.CompilerServices;
using Sgl.Engine.Requests;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Streams;

/// <summary>
/// One request on its way through the cluster: prompt, seed and the tokens so far. When its replica is lost another one
/// goes on behind those tokens, and draws the tokens that the first would have drawn.
/// </summary>
internal sealed class ClusterStream(GenerateRequest request, ReplicaSet replicas)
{
    private readonly List<int> _output = [.. request.Resumed.Span];
    private readonly HashSet<string> _avoid = [];
    private readonly long _started = Stopwatch.GetTimestamp();
    private TokenChunk? _first;
    private int _attempts;
    private int _failures;
    private (int Before, int Here) _retractions;

    /// <exception cref="QueueFullException">The queues of all replicas are full.</exception>
    /// <exception cref="EngineStoppedException">No replica was to be had for the hold time.</exception>
    public async IAsyncEnumerable<TokenChunk> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            ReplicaLease lease = await PlaceAsync(cancellationToken).ConfigureAwait(false);
            StreamFinish? lost = null;
            try
            {
                await foreach (StreamChunk chunk in lease.Chunks.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                {
                    if (chunk.Finish is { Kind: StreamFinishKind.Lost } finish)
                    {
                        lost = finish;
                        break;
                    }

                    yield return Take(chunk, lease);
                    if (chunk.Finish is null)
                        continue;
                    lease.Ended(Blocks());
                    yield break;
                }
            }
            finally
            {
                lease.Dispose();
            }

            if (GaveUp(lost) is { } end)
            {
                yield return end;
                yield break;
            }

            replicas.OnMoved(request.Id, lease.Replica, lost?.Message ?? "its stream ended", _output.Count);
            _avoid.Add(lease.Replica);
            _retractions = (_retractions.Before + _retractions.Here, 0);
        }
    }

    private TokenChunk Take(StreamChunk chunk, ReplicaLease lease)
    {
        TokenChunk taken = Wire.ToEngine(chunk);
        if (_first is null)
        {
            _first = taken;
            replicas.OnFirstToken(Stopwatch.GetElapsedTime(_started));
        }

        if (chunk.Tokens.Length > 0)
        {
            lease.Started();
            _output.AddRange(chunk.Tokens);
            _failures = 0;
        }

        _retractions.Here = taken.Retractions;
        return taken with
        {
            CachedTokens = _first.CachedTokens,
            QueueSeconds = _first.QueueSeconds,
            Retractions = _retractions.Before + _retractions.Here,
        };
    }

    /// <summary>
    /// A request that fails step after step, wherever it runs, is given up; the last chunk says so. A replica that fell
    /// silent, or drains, is no fault of the request.
    /// </summary>
    private TokenChunk? GaveUp(StreamFinish? lost)
    {
        if (lost?.Message is not { } message || ++_failures < replicas.Options.FailuresWithoutProgress)
            return null;
        return new TokenChunk { Tokens = Array.Empty<int>(), Finish = FinishReason.Aborted(message) };
    }

    private ulong[] Blocks() => replicas.BlocksOf(request.Prompt.Length, [.. request.Prompt.Span, .. _output]);

    /// <summary>Finds a replica that takes the request; waits for one when there is none.</summary>
    private async Task<ReplicaLease> PlaceAsync(CancellationToken cancellationToken)
    {
        ulong[] blocks = Blocks();
        bool full = false;
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            int tokens = request.Prompt.Length + _output.Count;
            ReplicaLease lease = await replicas.RouteAsync(blocks, tokens, _avoid, (full, since), cancellationToken)
                .ConfigureAwait(false);
            string stream = $"{request.Id}/{++_attempts}";
            try
            {
                ReplicaRequest wire = Wire.ToWire(request, stream, [.. _output], started: _first is not null);
                SubmitOutcome outcome = await lease.SubmitAsync(wire).ConfigureAwait(false);
                if (outcome == SubmitOutcome.Accepted)
                    return lease;
                full |= outcome == SubmitOutcome.QueueFull;
                _avoid.Add(lease.Replica);
            }
            catch
            {
                lease.Dispose();
                throw;
            }

            lease.Dispose();
        }
    }
}
