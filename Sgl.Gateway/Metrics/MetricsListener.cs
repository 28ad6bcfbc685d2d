using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sgl.Engine;

namespace Sgl.Gateway.Metrics;

/// <summary>
/// Gathers what this server's meters and the engines of this process measure, and writes it as Prometheus reads it.
/// </summary>
internal sealed class MetricsListener : IDisposable
{
    private readonly ConcurrentDictionary<Instrument, InstrumentSeries> _instruments = new();
    private readonly MeterListener _listener = new();

    /// <param name="meters">Made the meters of this server; a process may hold several.</param>
    public MetricsListener(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            bool ours = instrument.Meter.Name == EngineMetrics.MeterName
                || (instrument.Meter.Scope == meters && instrument.Meter.Name == GenerationMetrics.MeterName);
            if (ours)
                listener.EnableMeasurementEvents(
                    instrument, _instruments.GetOrAdd(instrument, new InstrumentSeries(instrument)));
        };
        _listener.MeasurementsCompleted = (instrument, _) => _instruments.Remove(instrument, out InstrumentSeries? _);
        _listener.SetMeasurementEventCallback<double>(
            static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        _listener.SetMeasurementEventCallback<long>(
            static (_, value, tags, series) => ((InstrumentSeries)series!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Everything as of now, in Prometheus' text format.</summary>
    public string Render()
    {
        _listener.RecordObservableInstruments();
        return PrometheusText.Of(_instruments.Values);
    }

    public void Dispose() => _listener.Dispose();
}
