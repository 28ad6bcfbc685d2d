using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sgl.Bench.Metrics;
using Sgl.Bench.Reporting;

namespace Sgl.Bench.Serving;

/// <summary>What a serving run prints; JSON names are bench_serving's.</summary>
internal static class ServingReport
{
    private const int ErrorsShown = 5;

    public static string Text(ServingMetrics metrics, IReadOnlyCollection<RequestTrace> traces)
    {
        Table totals = new("serving", "");
        totals.Add("Successful requests", metrics.Completed.ToString(CultureInfo.InvariantCulture));
        totals.Add("Failed requests", metrics.Failed.ToString(CultureInfo.InvariantCulture));
        totals.Add("Benchmark duration (s)", Number(metrics.DurationSeconds));
        totals.Add("Total input tokens", metrics.InputTokens.ToString(CultureInfo.InvariantCulture));
        totals.Add("Total generated tokens", metrics.OutputTokens.ToString(CultureInfo.InvariantCulture));
        totals.Add("Request throughput (req/s)", Number(metrics.RequestThroughput));
        totals.Add("Input token throughput (tok/s)", Number(metrics.InputThroughput));
        totals.Add("Output token throughput (tok/s)", Number(metrics.OutputThroughput));
        totals.Add("Total token throughput (tok/s)", Number(metrics.TotalThroughput));
        totals.Add("Concurrency", Number(metrics.Concurrency));

        Table latencies = new("latency (ms)", "mean", "median", "p99");
        foreach ((string name, Distribution values) in Distributions(metrics))
            latencies.Add(name.ToUpperInvariant(), Number(values.Mean), Number(values.Median), Number(values.P99));

        StringBuilder text = new();
        text.AppendLine(totals.ToString()).Append(latencies);
        IEnumerable<IGrouping<string, RequestTrace>> errors = traces.Where(trace => trace.Error is not null)
            .GroupBy(trace => trace.Error!).OrderByDescending(group => group.Count());
        foreach (IGrouping<string, RequestTrace> error in errors.Take(ErrorsShown))
            text.AppendLine(CultureInfo.InvariantCulture, $"{error.Count()} failed: {error.Key}");
        return text.ToString();
    }

    public static JsonObject Json(ServingOptions options, string model, ServingMetrics metrics)
    {
        JsonObject json = new()
        {
            ["backend"] = options.Backend,
            ["model"] = model,
            ["dataset_name"] = "random-ids",
            ["num_prompts"] = options.NumPrompts,
            ["request_rate"] = double.IsInfinity(options.RequestRate) ? "inf" : options.RequestRate,
            ["max_concurrency"] = options.MaxConcurrency,
            ["random_input_len"] = options.InputLength,
            ["random_output_len"] = options.OutputLength,
            ["random_range_ratio"] = options.RangeRatio,
            ["shared_prefix_len"] = options.SharedPrefixLength,
            ["seed"] = options.Seed,
            ["duration"] = metrics.DurationSeconds,
            ["completed"] = metrics.Completed,
            ["failed"] = metrics.Failed,
            ["total_input_tokens"] = metrics.InputTokens,
            ["total_output_tokens"] = metrics.OutputTokens,
            ["request_throughput"] = metrics.RequestThroughput,
            ["input_throughput"] = metrics.InputThroughput,
            ["output_throughput"] = metrics.OutputThroughput,
            ["total_throughput"] = metrics.TotalThroughput,
            ["concurrency"] = metrics.Concurrency,
        };
        foreach ((string name, Distribution values) in Distributions(metrics))
        {
            json[$"mean_{name}_ms"] = values.Mean;
            json[$"median_{name}_ms"] = values.Median;
            json[$"std_{name}_ms"] = values.Deviation;
            json[$"p99_{name}_ms"] = values.P99;
        }
        return json;
    }

    private static IEnumerable<(string Name, Distribution Values)> Distributions(ServingMetrics metrics) =>
        [("ttft", metrics.Ttft), ("tpot", metrics.Tpot), ("itl", metrics.Itl), ("e2e_latency", metrics.E2e)];

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
