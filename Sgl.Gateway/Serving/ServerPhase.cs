namespace Sgl.Gateway.Serving;

internal enum ServerPhase
{
    /// <summary>Until the warm-up request has been answered.</summary>
    Starting,

    Ready,

    /// <summary>No new requests; those that run may finish.</summary>
    Stopping,
}
