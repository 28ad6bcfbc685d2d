using System.Text.Json.Nodes;
using Sgl.Bench.Metrics;

namespace Sgl.Bench.OneBatch;

/// <summary>
/// What one batch took, and the figures that bench_one_batch makes of it. Tokens per second are of the batch.
/// </summary>
/// <param name="PrefillSeconds">All prompts, up to their first output tokens.</param>
/// <param name="DecodeSeconds">Each further step.</param>
internal sealed record OneBatchTimes(
    int Batch, int InputLength, int OutputLength, double PrefillSeconds, IReadOnlyList<double> DecodeSeconds)
{
    public double PrefillThroughput => Batch * InputLength / PrefillSeconds;

    /// <summary>Null when the output is a single token.</summary>
    public double? MedianDecodeSeconds => DecodeSeconds.Count > 0 ? Distribution.Of(DecodeSeconds).Median : null;

    public double? MedianDecodeThroughput => Batch / MedianDecodeSeconds;

    public double TotalSeconds => PrefillSeconds + DecodeSeconds.Sum();

    public double TotalThroughput => Batch * (InputLength + OutputLength) / TotalSeconds;

    public JsonObject ToJson(string runName) => new()
    {
        ["run_name"] = runName,
        ["batch_size"] = Batch,
        ["input_len"] = InputLength,
        ["output_len"] = OutputLength,
        ["prefill_latency"] = PrefillSeconds,
        ["prefill_throughput"] = PrefillThroughput,
        ["median_decode_latency"] = MedianDecodeSeconds,
        ["median_decode_throughput"] = MedianDecodeThroughput,
        ["total_latency"] = TotalSeconds,
        ["overall_throughput"] = TotalThroughput,
    };
}
