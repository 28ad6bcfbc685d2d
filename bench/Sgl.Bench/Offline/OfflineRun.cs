using System.Diagnostics;
using Sgl.Bench.Devices;
using Sgl.Bench.Serving;
using Sgl.Engine;
using Sgl.Engine.Requests;

namespace Sgl.Bench.Offline;

/// <summary>Requests that go straight into an engine in this process, all at once.</summary>
internal sealed class OfflineRun(InferenceEngine engine, ServingRequest[] requests)
{
    public async Task<(double Seconds, EngineStatus Before, EngineStatus After)> RunAsync(
        CancellationToken cancellation)
    {
        EngineStatus before = await engine.GetStatusAsync(cancellation);
        long start = Stopwatch.GetTimestamp();
        await Task.WhenAll(requests.Select((request, i) => GenerateAsync(request, i, cancellation)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        EngineStatus after = await engine.GetStatusAsync(cancellation);
        while (after.RunningRequests + after.QueuedRequests > 0)
        {
            await Task.Delay(1, cancellation);
            after = await engine.GetStatusAsync(cancellation);
        }
        return (seconds, before, after);
    }

    /// <summary>
    /// All prompts at once, then every step with all that still decode: no schedule needs less, whatever fits into
    /// memory.
    /// </summary>
    public static double FloorSeconds(ModelCost cost, MachineRates rates, IReadOnlyList<ServingRequest> requests)
    {
        double meanLength = requests.Average(request => (double)request.Prompt.Length);
        double seconds = cost.PrefillSeconds(rates, requests.Count, meanLength);
        for (int step = 1; step < requests.Max(request => request.OutputLength); step++)
        {
            ServingRequest[] decoding = [.. requests.Where(request => request.OutputLength > step)];
            double context = decoding.Sum(request => (double)request.Prompt.Length + step);
            seconds += cost.DecodeSeconds(rates, decoding.Length, context);
        }
        return seconds;
    }

    private async Task GenerateAsync(ServingRequest request, int i, CancellationToken cancellation)
    {
        int tokens = 0;
        GenerateRequest generate = new()
        {
            Id = $"{i}",
            Prompt = request.Prompt,
            Seed = (ulong)i,
            Sampling = new SamplingParams { MaxNewTokens = request.OutputLength, Temperature = 0, IgnoreEos = true },
        };
        await foreach (TokenChunk chunk in engine.GenerateAsync(generate, cancellation))
        {
            tokens += chunk.Tokens.Length;
            if (chunk.Finish?.Message is { } message)
                throw new UserErrorException($"Request {i} ended early: {message}");
        }
        if (tokens != request.OutputLength)
            throw new UserErrorException($"Request {i} got {tokens} tokens, not {request.OutputLength}.");
    }
}
