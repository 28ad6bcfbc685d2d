using System.Globalization;
using System.Text.Json.Nodes;
using Sgl.Bench.Devices;
using Sgl.Bench.Reporting;

namespace Sgl.Bench.Offline;

/// <summary>What one offline run took; names are bench_offline_throughput's.</summary>
/// <param name="Seconds">From the first request to the last token.</param>
/// <param name="FloorSeconds">What the machine would need at the least.</param>
/// <param name="LastGenerationThroughput">Tokens per second of the engine's last log interval.</param>
internal sealed record OfflineResult(
    int Requests,
    double Seconds,
    double FloorSeconds,
    long InputTokens,
    long OutputTokens,
    double LastGenerationThroughput,
    double HostSeconds,
    long Steps,
    long Retractions)
{
    /// <summary>1 is as fast as the machine allows.</summary>
    public double OfFloor => FloorSeconds / Seconds;

    public override string ToString()
    {
        Table table = new("offline throughput", "");
        table.Add("Backend", "engine");
        table.Add("Successful requests", Whole(Requests));
        table.Add("Benchmark duration (s)", Number(Seconds));
        table.Add("Total input tokens", Whole(InputTokens));
        table.Add("Total generated tokens", Whole(OutputTokens));
        table.Add("Last generation throughput (tok/s)", Number(LastGenerationThroughput));
        table.Add("Request throughput (req/s)", Number(Requests / Seconds));
        table.Add("Input token throughput (tok/s)", Number(InputTokens / Seconds));
        table.Add("Output token throughput (tok/s)", Number(OutputTokens / Seconds));
        table.Add("Total token throughput (tok/s)", Number((InputTokens + OutputTokens) / Seconds));
        table.Add("Floor (s)", Number(FloorSeconds));
        table.Add("Of the floor's speed", Number(OfFloor));
        table.Add("Steps", Whole(Steps));
        table.Add("Host time per step (ms)", Number(1e3 * HostSeconds / Steps));
        table.Add("Retractions", Whole(Retractions));
        return table.ToString();
    }

    public JsonObject ToJson(string runName, MachineRates rates) => new()
    {
        ["run_name"] = runName,
        ["backend"] = "engine",
        ["successful_requests"] = Requests,
        ["total_latency"] = Seconds,
        ["total_input_tokens"] = InputTokens,
        ["total_output_tokens"] = OutputTokens,
        ["last_gen_throughput"] = LastGenerationThroughput,
        ["request_throughput"] = Requests / Seconds,
        ["input_throughput"] = InputTokens / Seconds,
        ["output_throughput"] = OutputTokens / Seconds,
        ["total_throughput"] = (InputTokens + OutputTokens) / Seconds,
        ["floor"] = FloorSeconds,
        ["of_floor"] = OfFloor,
        ["steps"] = Steps,
        ["host_seconds"] = HostSeconds,
        ["retractions"] = Retractions,
        ["read_bytes_per_second"] = rates.ReadBytesPerSecond,
        ["flop_per_second"] = rates.FlopPerSecond,
    };

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
