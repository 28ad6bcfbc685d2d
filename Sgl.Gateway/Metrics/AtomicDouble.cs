namespace Sgl.Gateway.Metrics;

/// <summary>A number that many threads add to.</summary>
internal struct AtomicDouble
{
    private double _value;

    public readonly double Value => Volatile.Read(in _value);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double value)
    {
        double seen = _value;
        double found;
        while ((found = Interlocked.CompareExchange(ref _value, seen + value, seen)) != seen)
            seen = found;
    }
}
