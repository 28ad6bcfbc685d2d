using System.Text.Json.Nodes;
using Sgl.Bench.Devices;
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

    /// <summary>The floor's time over the measured one: 1 is as fast as the machine allows.</summary>
    public double PrefillOfFloor(ModelCost cost, MachineRates rates) =>
        cost.PrefillSeconds(rates, Batch, InputLength) / PrefillSeconds;

    /// <summary>The same of the median decode step, in the middle of the output.</summary>
    public double? DecodeOfFloor(ModelCost cost, MachineRates rates) =>
        cost.DecodeSeconds(rates, Batch, Batch * (InputLength + OutputLength / 2.0)) / MedianDecodeSeconds;

    public JsonObject ToJson(string runName, ModelCost cost, MachineRates rates) => new()
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
        ["prefill_of_floor"] = PrefillOfFloor(cost, rates),
        ["decode_of_floor"] = DecodeOfFloor(cost, rates),
        ["read_bytes_per_second"] = rates.ReadBytesPerSecond,
        ["flop_per_second"] = rates.FlopPerSecond,
    };
}
