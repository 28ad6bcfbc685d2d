using Sgl.Engine.Requests;

namespace Sgl.Engine;

/// <summary>
/// The waist between the gateway and whatever generates: tokens go in, tokens come out. What reaches it is already
/// validated against <see cref="Model"/>; nothing behind it checks a request again.
/// </summary>
public interface IInferenceBackend
{
    /// <summary>What is served, and the limits a request must keep.</summary>
    ModelInfo Model { get; }

    /// <summary>
    /// Generates for one request. The last chunk carries <see cref="TokenChunk.Finish"/>. Cancelling the token, or
    /// leaving the enumeration early, aborts the request at once.
    /// </summary>
    /// <exception cref="QueueFullException">Thrown by the first MoveNext when the waiting queue is full.</exception>
    /// <exception cref="EngineStoppedException">The engine is stopping or has failed.</exception>
    IAsyncEnumerable<TokenChunk> GenerateAsync(GenerateRequest request, CancellationToken cancellationToken = default);

    /// <summary>A snapshot of load, cache and counters.</summary>
    ValueTask<EngineStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Empties the prefix cache; false, and nothing done, while requests run or wait.</summary>
    ValueTask<bool> FlushCacheAsync(CancellationToken cancellationToken = default);
}
