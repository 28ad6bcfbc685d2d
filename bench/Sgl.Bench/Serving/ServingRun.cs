using System.Diagnostics;
using System.Text.Json.Nodes;
using Sgl.Bench.Http;
using Sgl.Bench.Metrics;
using Sgl.Bench.Reporting;

namespace Sgl.Bench.Serving;

/// <summary>Sends requests when they are due, at most so many at a time, and takes their times.</summary>
internal sealed class ServingRun(ServerClient server, StreamingApi api, ProgressBar progress)
{
    /// <param name="bodies">One per request, made beforehand so that making them takes no time from the run.</param>
    /// <returns>One trace per request, and the seconds from the first sent to the last done.</returns>
    public async Task<(RequestTrace[] Traces, double Seconds)> RunAsync(
        ServingRequest[] requests, JsonObject[] bodies, int? maxConcurrency, CancellationToken cancellation)
    {
        using SemaphoreSlim slots = new(maxConcurrency ?? requests.Length);
        Task<RequestTrace>[] running = new Task<RequestTrace>[requests.Length];
        int done = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < requests.Length; i++)
        {
            TimeSpan early = TimeSpan.FromSeconds(requests[i].SendAtSeconds) - Stopwatch.GetElapsedTime(start);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, cancellation);
            running[i] = SendAsync(requests[i], bodies[i]);
        }
        RequestTrace[] traces = await Task.WhenAll(running);
        return (traces, Stopwatch.GetElapsedTime(start).TotalSeconds);

        async Task<RequestTrace> SendAsync(ServingRequest request, JsonObject body)
        {
            await slots.WaitAsync(cancellation);
            try
            {
                return await server.StreamAsync(
                    api.Path, body, request.Prompt.Length, api.CountsEveryChunk, cancellation);
            }
            finally
            {
                slots.Release();
                progress.Report(Interlocked.Increment(ref done), "requests");
            }
        }
    }
}
