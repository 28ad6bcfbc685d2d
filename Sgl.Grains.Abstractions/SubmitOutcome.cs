namespace Sgl.Grains.Abstractions;

public enum SubmitOutcome
{
    Accepted,

    /// <summary>The replica's queue is full.</summary>
    QueueFull,

    /// <summary>The replica is loading, draining or has failed.</summary>
    NotReady,
}
