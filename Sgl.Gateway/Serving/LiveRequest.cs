namespace Sgl.Gateway.Serving;

/// <summary>One prompt that is being generated for, and the way to stop it.</summary>
internal sealed class LiveRequest(string rid, string? group, CancellationToken client) : IDisposable
{
    private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(client);

    public string Rid => rid;

    /// <summary>The id of the whole HTTP request, when it differs.</summary>
    public string? Group => group;

    /// <summary>Fires when the client goes away, and when the request is aborted.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>Why it was aborted; null when it was not (a client that went away needs no reason).</summary>
    public string? AbortMessage { get; private set; }

    public void Abort(string message)
    {
        AbortMessage ??= message;
        Stop();
    }

    public void Stop()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself in this very moment.
        }
    }

    public void Dispose() => _stop.Dispose();
}
