using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Bench.Metrics;
using Sgl.Engine.Requests;

namespace Sgl.Bench.Http;

/// <summary>One server under test: one HttpClient with as many connections as there are requests.</summary>
internal sealed class ServerClient : IDisposable
{
    private const int ReadyPollMilliseconds = 500;

    private readonly HttpClient _http;

    /// <param name="baseUrl">For example http://127.0.0.1:30000.</param>
    /// <param name="apiKey">Sent as a bearer token; null for none.</param>
    /// <param name="handler">What carries the requests; null for sockets.</param>
    /// <exception cref="UserErrorException">The URL is none.</exception>
    public ServerClient(string baseUrl, string? apiKey = null, HttpMessageHandler? handler = null)
    {
        bool isUrl = Uri.TryCreate(baseUrl.TrimEnd('/') + "/", UriKind.Absolute, out Uri? url);
        if (!isUrl || url!.Scheme is not ("http" or "https"))
            throw new UserErrorException($"--base-url '{baseUrl}': expected a URL, such as http://127.0.0.1:30000.");
        // A benchmark's requests may take any time; interrupting the program ends them.
        _http = new HttpClient(handler ?? new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue })
        {
            BaseAddress = url,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (apiKey is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    /// <summary>Waits until /health answers 200.</summary>
    /// <exception cref="UserErrorException">It did not in time; tells what it did instead.</exception>
    public async Task WaitUntilReadyAsync(double seconds, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            string problem;
            try
            {
                using HttpResponseMessage response = await _http.GetAsync("health", cancellation);
                if (response.IsSuccessStatusCode)
                    return;
                problem = $"/health answers {(int)response.StatusCode}";
            }
            catch (HttpRequestException error)
            {
                problem = error.Message;
            }
            if (Stopwatch.GetElapsedTime(start).TotalSeconds >= seconds)
                throw new UserErrorException($"No server is ready at {_http.BaseAddress} after {seconds} s: {problem}");
            await Task.Delay(ReadyPollMilliseconds, cancellation);
        }
    }

    /// <summary>GET of a JSON object.</summary>
    /// <exception cref="UserErrorException">The server does not answer it with one.</exception>
    public Task<JsonObject> GetAsync(string path, CancellationToken cancellation) =>
        ReadAsync(path, () => _http.GetAsync(path, cancellation), cancellation);

    /// <summary>POST of a JSON object that is answered with one.</summary>
    /// <exception cref="UserErrorException">The server does not answer it with one.</exception>
    public Task<JsonObject> PostAsync(string path, JsonObject body, CancellationToken cancellation) =>
        ReadAsync(path, () => _http.PostAsync(path, Content(body), cancellation), cancellation);

    public async Task FlushCacheAsync(CancellationToken cancellation)
    {
        using HttpResponseMessage response = await _http.PostAsync("flush_cache", null, cancellation);
        if (!response.IsSuccessStatusCode)
            throw new UserErrorException($"/flush_cache answers {(int)response.StatusCode}; is the server idle?");
    }

    /// <summary>
    /// Sends one streaming request and reads it to its end. What goes wrong is in the trace, not thrown.
    /// </summary>
    /// <param name="countsEveryChunk">See <see cref="TraceRecorder"/>.</param>
    /// <param name="onTokens">Told how many tokens there are whenever some came; may be null.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<RequestTrace> StreamAsync(
        string path, JsonObject body, int promptTokens, bool countsEveryChunk, CancellationToken cancellation,
        Action<int>? onTokens = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = Content(body) };
        TraceRecorder recorder = new(countsEveryChunk);
        long start = Stopwatch.GetTimestamp();
        try
        {
            using HttpResponseMessage response =
                await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!response.IsSuccessStatusCode)
                return Failed($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}");

            bool done = false;
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellation);
            await foreach (ReadOnlyMemory<byte> data in SseReader.ReadAsync(stream, cancellation))
            {
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                done = data.Span.SequenceEqual("[DONE]"u8);
                if (done)
                    break;
                StreamChunk chunk = StreamChunk.Parse(data.Span);
                if (chunk.Error is not null)
                    return Failed(chunk.Error);
                recorder.Add(seconds, chunk);
                onTokens?.Invoke(recorder.Tokens);
            }
            return done ? recorder.Finish(promptTokens) : Failed("The stream ended without [DONE].");
        }
        catch (Exception error) when (error is HttpRequestException or IOException or JsonException)
        {
            return Failed(error.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private static RequestTrace Failed(string message) => new() { Error = message };

    private static StringContent Content(JsonObject body) =>
        new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private async Task<JsonObject> ReadAsync(
        string path, Func<Task<HttpResponseMessage>> send, CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage response = await send();
            string text = await response.Content.ReadAsStringAsync(cancellation);
            if (!response.IsSuccessStatusCode)
                throw new UserErrorException($"{_http.BaseAddress}{path} answers {(int)response.StatusCode}: {text}");
            return JsonNode.Parse(text) as JsonObject
                ?? throw new UserErrorException($"{_http.BaseAddress}{path} answers with no JSON object: {text}");
        }
        catch (Exception error) when (error is HttpRequestException or JsonException)
        {
            throw new UserErrorException($"{_http.BaseAddress}{path}: {error.Message}", error);
        }
    }
}
