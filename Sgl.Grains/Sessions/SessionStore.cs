using Microsoft.Extensions.Logging;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Sessions;

/// <summary>A gateway's way to the records of sessions. A database that is away slows nothing down for long.</summary>
public sealed class SessionStore(IGrainFactory grains, ClusterOptions options, ILogger<SessionStore> log)
{
    /// <summary>Reads the session's record; false when it cannot be: the session is served, and not kept.</summary>
    public async ValueTask<bool> OpenAsync(string session)
    {
        try
        {
            await Grain(session).OpenAsync().WaitAsync(options.SessionTimeout).ConfigureAwait(false);
            return true;
        }
        catch (Exception error)
        {
            log.LogWarning("Session {Session} is served without its record: {Message}", session, error.Message);
            return false;
        }
    }

    /// <summary>The request as a gateway saved it last; null when nobody did, or it cannot be told in time.</summary>
    public async ValueTask<SessionTurn?> FindAsync(string session, string request)
    {
        try
        {
            return await Grain(session).GetTurnAsync(request).WaitAsync(options.SessionTimeout).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            log.LogDebug("The record of session {Session} is not to be had: {Message}", session, error.Message);
            return null;
        }
    }

    public async Task SaveAsync(string session, SessionTurn turn)
    {
        try
        {
            await Grain(session).SaveAsync(turn).WaitAsync(options.CallTimeout).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            log.LogDebug("Session {Session} was not saved: {Message}", session, error.Message);
        }
    }

    /// <summary>With a prefix, for the storage would take "abc" and "0abc" for the same hexadecimal number.</summary>
    private ISessionGrain Grain(string session) => grains.GetGrain<ISessionGrain>($"session:{session}");
}
