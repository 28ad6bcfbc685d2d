namespace Sgl.Bench.Soak;

/// <summary>How the requests of a soak ended, counted by all streams at once.</summary>
internal sealed class SoakCounts
{
    private readonly Lock _lock = new();
    private readonly List<string> _errors = [];
    private int _completed;
    private int _cancelled;
    private long _tokens;
    private double _completedSeconds;

    public int Completed => _completed;

    public int Cancelled => _cancelled;

    public long Tokens => _tokens;

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>How long a request takes that is let be; a guess until one was.</summary>
    public double MeanSeconds
    {
        get
        {
            lock (_lock)
                return _completed == 0 ? 1 : _completedSeconds / _completed;
        }
    }

    public void Complete(double seconds, int tokens)
    {
        lock (_lock)
        {
            _completed++;
            _completedSeconds += seconds;
            _tokens += tokens;
        }
    }

    public void Cancel() => Interlocked.Increment(ref _cancelled);

    public void Fail(string error)
    {
        lock (_lock)
            _errors.Add(error);
    }
}
