namespace Sgl.Grains;

/// <summary>Every time and limit of the cluster, with its number.</summary>
public sealed record ClusterOptions
{
    /// <summary>A replica that is silent for so long loses its streams to others.</summary>
    public TimeSpan StreamGapTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a request may wait for a replica when there is none; then it gets 503.</summary>
    public TimeSpan HoldTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A pull is answered after so long, even if there is nothing to tell.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A replica gives up the streams of a gateway that has not pulled for so long.</summary>
    public TimeSpan LinkTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From one report of a silo, or one look of a gateway at the replicas, to the next.</summary>
    public TimeSpan ReportInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Reports older than that count no more.</summary>
    public TimeSpan ReportTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Deadline of a call that has none of its own.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A session's record that takes longer to be read is done without.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>From one save of a running session to the next.</summary>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>From a failed pull to the next try.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a replica that has failed keeps its slot, before it is tried anew.</summary>
    public TimeSpan FailedTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A replica that just lost a stream is not asked to go on with it for so long, while there is another.
    /// </summary>
    public TimeSpan ShunTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A request whose step fails so often in a row without a new token is given up: it would take down any engine.
    /// </summary>
    public int FailuresWithoutProgress { get; init; } = 3;
}
