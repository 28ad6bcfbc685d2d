using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sgl.Gateway.Metrics;

/// <summary>All series of one instrument.</summary>
internal sealed class InstrumentSeries
{
    private readonly ConcurrentDictionary<string, Series> _tagged = new();
    private readonly string _meterLabels;
    private readonly double[]? _bounds;
    private readonly bool _accumulates;
    private Series? _untagged;

    public InstrumentSeries(Instrument instrument)
    {
        // SGLang's names have a colon, which OpenTelemetry's may not have.
        Name = instrument.Name.Replace('.', ':');
        Help = instrument.Description ?? "";
        _meterLabels = PrometheusText.Labels([.. instrument.Meter.Tags ?? []]);
        if (instrument is Histogram<double> histogram)
            _bounds = [.. histogram.Advice?.HistogramBucketBoundaries ?? []];
        _accumulates = instrument is Counter<long> or UpDownCounter<long>;
        Type = _bounds is not null ? "histogram"
            : instrument is Counter<long> or ObservableCounter<long> ? "counter" : "gauge";
    }

    public string Name { get; }

    public string Help { get; }

    /// <summary>As the exposition format names it.</summary>
    public string Type { get; }

    public IEnumerable<(string Labels, Series Series)> All => _tagged.Select(one => (one.Key, one.Value));

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Series series = !tags.IsEmpty ? Find(tags) : _untagged ??= Find(tags);
        series.Record(value);
    }

    private Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = PrometheusText.Labels(tags);
        if (_meterLabels.Length > 0)
            labels = labels.Length > 0 ? $"{_meterLabels},{labels}" : _meterLabels;
        return _tagged.GetOrAdd(
            labels, _ => _bounds is null ? new ScalarSeries(_accumulates) : new HistogramSeries(_bounds));
    }
}
