using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Http;
using Sgl.Bench.Metrics;
using Sgl.Bench.Reporting;
using Sgl.Engine.Requests;

namespace Sgl.Bench.Serving;

/// <summary>Load against a URL: throughput and latencies, as bench_serving measures them.</summary>
internal static class ServingCommand
{
    private const int WarmupOutputTokens = 32;

    public static Command Command { get; } = new(
        "serving",
        "load against a URL: throughput, TTFT, TPOT, ITL and E2E",
        [
            .. ServerFlags.All,
            .. ServingOptions.Flags,
            new("--model", "NAME", null, "the model's name; else the first that /v1/models lists"),
            ServerFlags.VocabularySize,
            new("--extra-request-body", "JSON", null, "fields added to every request"),
            new("--warmup-requests", "N", "1", "requests sent before the clock starts"),
            new("--flush-cache", null, null, "empty the server's cache after them"),
            new("--output-file", "PATH", null, "a JSONL file that gets one more line"),
        ],
        RunAsync);

    private static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellation)
    {
        ServingOptions options = ServingOptions.Read(flags);
        StreamingApi api = StreamingApi.Find(options.Backend);
        JsonObject extra = ExtraBody(flags.TextOrNull("--extra-request-body"));
        int warmups = flags.Integer("--warmup-requests", 0);

        using ServerClient server = await ServerFlags.ConnectAsync(flags, cancellation);
        string model = flags.TextOrNull("--model") ?? await ServedModelAsync(server, cancellation);
        int vocabulary = await ServerFlags.VocabularyAsync(flags, server, cancellation);
        ServingRequest[] requests = options.MakeRequests(vocabulary);
        JsonObject[] bodies = new JsonObject[requests.Length];
        for (int i = 0; i < requests.Length; i++)
            bodies[i] = await BodyAsync(requests[i].Prompt, requests[i].OutputLength);

        for (int i = 0; i < warmups; i++)
        {
            int outputLength = Math.Min(requests[0].OutputLength, WarmupOutputTokens);
            JsonObject body = await BodyAsync(requests[0].Prompt, outputLength);
            RequestTrace trace = await server.StreamAsync(
                api.Path, body, requests[0].Prompt.Length, api.CountsEveryChunk, cancellation);
            if (trace.Error is not null)
                throw new UserErrorException($"The warm-up request failed: {trace.Error}");
        }
        if (flags.Has("--flush-cache"))
            await server.FlushCacheAsync(cancellation);

        RequestTrace[] traces;
        double seconds;
        using (ProgressBar progress = ProgressBar.OnStandardError("serving", requests.Length))
        {
            ServingRun run = new(server, api, progress);
            (traces, seconds) = await run.RunAsync(requests, bodies, options.MaxConcurrency, cancellation);
        }

        ServingMetrics metrics = ServingMetrics.Of(traces, seconds);
        Console.WriteLine(ServingReport.Text(metrics, traces));
        JsonObject result = ServingReport.Json(options, model, metrics);
        await ResultFile.WriteAsync(result, flags.TextOrNull("--output-file"), "--output-file");
        return metrics.Failed == 0 ? 0 : 1;

        async Task<JsonObject> BodyAsync(int[] prompt, int outputLength)
        {
            JsonNode given = await api.PromptAsync(server, prompt, cancellation);
            JsonObject body = api.Body(given, outputLength, model, options);
            foreach ((string name, JsonNode? value) in extra)
                body[name] = value?.DeepClone();
            return body;
        }
    }

    private static JsonObject ExtraBody(string? json)
    {
        try
        {
            return JsonNode.Parse(json ?? "{}")!.AsObject();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new UserErrorException($"--extra-request-body '{json}': expected a JSON object.", error);
        }
    }

    private static async Task<string> ServedModelAsync(ServerClient server, CancellationToken cancellation)
    {
        JsonObject models = await server.GetAsync("v1/models", cancellation);
        return models["data"]?[0]?["id"]?.GetValue<string>()
            ?? throw new UserErrorException("/v1/models lists no model; name it with --model.");
    }
}
