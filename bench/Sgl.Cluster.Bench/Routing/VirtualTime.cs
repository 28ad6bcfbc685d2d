namespace Sgl.Cluster.Bench.Routing;

/// <summary>A clock that jumps from one event to the next.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private readonly PriorityQueue<Action, (double At, long Order)> _events = new();
    private long _order;

    /// <summary>Seconds since the start.</summary>
    public double Now { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => (long)(Now * TimeSpan.TicksPerSecond);

    public void After(double seconds, Action action) => _events.Enqueue(action, (Now + seconds, _order++));

    /// <summary>Until nothing is to happen any more.</summary>
    public void Run()
    {
        while (_events.TryDequeue(out Action? action, out (double At, long Order) next))
        {
            Now = next.At;
            action();
        }
    }
}
