namespace Sgl.Bench.Soak;

/// <summary>How the requests of a soak ended, counted by all streams at once.</summary>
internal sealed class SoakCounts
{
    private readonly Lock _lock = new();
    private readonly List<string> _errors = [];
    private int _completed;
    private int _cancelled;
    private long _tokens;
    private double _firstTokenSeconds;

    public int Completed => _completed;

    public int Cancelled => _cancelled;

    public long Tokens => _tokens;

    public IReadOnlyList<string> Errors => _errors;

    /// <summary>How long a first token takes; a guess until one came.</summary>
    public double MeanFirstTokenSeconds
    {
        get
        {
            lock (_lock)
                return _completed == 0 ? 0.1 : _firstTokenSeconds / _completed;
        }
    }

    public void Complete(double firstTokenSeconds, int tokens)
    {
        lock (_lock)
        {
            _completed++;
            _firstTokenSeconds += firstTokenSeconds;
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
