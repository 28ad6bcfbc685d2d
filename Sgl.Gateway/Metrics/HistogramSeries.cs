using System.Text;

namespace Sgl.Gateway.Metrics;

/// <summary>How many values fell under which bound.</summary>
/// <param name="bounds">Ascending; a value equal to one is under it.</param>
internal sealed class HistogramSeries(double[] bounds) : Series
{
    private readonly long[] _counts = new long[bounds.Length + 1];
    private AtomicDouble _sum;

    public override void Record(double value)
    {
        int bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        _sum.Add(value);
    }

    public override void WriteTo(StringBuilder text, string name, string labels)
    {
        // The count is that of the buckets just read, so that the two agree whatever is recorded meanwhile.
        string before = labels.Length > 0 ? labels + "," : "";
        long count = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            count += Interlocked.Read(ref _counts[i]);
            string bound = i < bounds.Length ? PrometheusText.Bound(bounds[i]) : "+Inf";
            PrometheusText.AppendSample(text, name + "_bucket", $"{before}le=\"{bound}\"", count);
        }

        PrometheusText.AppendSample(text, name + "_sum", labels, _sum.Value);
        PrometheusText.AppendSample(text, name + "_count", labels, count);
    }
}
