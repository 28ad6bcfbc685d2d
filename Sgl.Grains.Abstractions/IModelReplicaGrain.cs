namespace Sgl.Grains.Abstractions;

/// <summary>
/// One loaded model on one device group. Its key is "model/index"; only <see cref="IModelGrain"/> starts it, on a silo
/// with a free slot, where it stays. A gateway talks to it over a link: it submits streams and pulls the news of all of
/// them together, so a step's tokens are one message, and an answer that does not come tells that the replica is gone.
/// </summary>
[Alias("sgl.IModelReplicaGrain")]
public interface IModelReplicaGrain : IGrainWithStringKey
{
    /// <summary>Begins to load the model, if it has not yet; does not wait until it is loaded.</summary>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Begins a stream whose chunks come with the link's next pulls.</summary>
    [Alias("Submit")]
    Task<SubmitAnswer> SubmitAsync(Guid link, ReplicaRequest request);

    /// <summary>
    /// Waits a moment for chunks of the link's streams, and answers without any when there are none. A link that does
    /// not pull for long is given up with its streams.
    /// </summary>
    [Alias("Pull")]
    Task<LinkNews> PullAsync(Guid link);

    /// <summary>Ends a stream; its keys and values stay in the cache.</summary>
    [Alias("Cancel")]
    Task CancelAsync(Guid link, string stream);

    /// <summary>For a gateway that begins, or has missed a change; null when the engine does not tell.</summary>
    [Alias("GetCache")]
    Task<CacheContents?> GetCacheAsync();

    /// <summary>Empties the prefix cache; false, and nothing done, while requests run or wait.</summary>
    [Alias("FlushCache")]
    Task<bool> FlushCacheAsync();

    /// <summary>Takes no more streams; stops when those that run have moved or finished.</summary>
    [Alias("Drain")]
    Task DrainAsync();
}
