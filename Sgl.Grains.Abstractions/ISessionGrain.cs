namespace Sgl.Grains.Abstractions;

/// <summary>
/// A conversation's record (its key is the session's id), in the gateway silo that serves it: which requests it made,
/// and how far each has come. Where two gateways have one at a time, the one that writes later reads first.
/// </summary>
[Alias("sgl.ISessionGrain")]
public interface ISessionGrain : IGrainWithStringKey
{
    /// <summary>Reads the record, so that what other gateways wrote is known here; fails where it cannot be.</summary>
    [Alias("Open")]
    Task OpenAsync();

    /// <summary>A request of the session as it was last saved; null when it is not known.</summary>
    [Alias("GetTurn")]
    Task<SessionTurn?> GetTurnAsync(string request);

    /// <summary>Writes how far a request has come.</summary>
    [Alias("Save")]
    Task SaveAsync(SessionTurn turn);

    /// <summary>Forgets the conversation.</summary>
    [Alias("Close")]
    Task CloseAsync();
}
