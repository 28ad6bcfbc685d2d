using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>
/// A client as the cluster's users write it: it streams, and when the connection breaks it goes on at another gateway
/// behind the last event that it has.
/// </summary>
internal sealed class StreamClient(IReadOnlyList<string> gateways) : IDisposable
{
    private const int MostReconnects = 20;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http =
        new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue, ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

    /// <summary>Tokens that came, of all requests together.</summary>
    public long TokensSeen => Interlocked.Read(ref _tokensSeen);

    private long _tokensSeen;

    public async Task<StreamOutcome> RunAsync(StreamCase request)
    {
        StreamRecord record = new(request.Choices, count => Interlocked.Add(ref _tokensSeen, count));
        string session = Guid.NewGuid().ToString("N");
        long start = Stopwatch.GetTimestamp();
        string problem = "";
        while (Stopwatch.GetElapsedTime(start) < _patience && record.Reconnects <= MostReconnects)
        {
            string gateway = gateways[record.Reconnects % gateways.Count];
            try
            {
                HttpStatusCode status = await StreamAsync(gateway, request.Body, session, record);
                if (record.IsDone)
                    return record.Outcome(null);
                if (status == HttpStatusCode.ServiceUnavailable)
                    record.Refusals++;
                else if (status != HttpStatusCode.OK)
                    return record.Outcome($"{(int)status} {record.Refusal}");
                problem = status == HttpStatusCode.OK ? "the stream ended early" : record.Refusal;
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                problem = error.Message;
            }
            if (record.Error is not null)
                return record.Outcome(record.Error);
            record.Reconnects++;
            await Task.Delay(_pause);
        }
        return record.Outcome($"given up after {record.Reconnects} connections: {problem}");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpStatusCode> StreamAsync(
        string gateway, JsonObject body, string session, StreamRecord record)
    {
        using HttpRequestMessage message = new(HttpMethod.Post, $"{gateway}/generate")
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
        };
        message.Headers.Add("X-Session-Id", session);
        if (record.LastEventId is { } last)
            message.Headers.Add("Last-Event-ID", last);
        using HttpResponseMessage response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            record.Refusal = await response.Content.ReadAsStringAsync();
            return response.StatusCode;
        }
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync());
        while (!record.IsDone && await lines.ReadLineAsync() is { } line)
            record.Take(line);
        return response.StatusCode;
    }
}
