using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Sgl.Bench.Tests;

/// <summary>A server on a free local port that answers as a test says.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, Func<JsonObject, StubAnswer>> _answers = new()
    {
        ["/health"] = _ => new StubAnswer("{}"),
        ["/v1/models"] = _ => new StubAnswer("""{"data":[{"id":"stub"}]}"""),
    };
    private readonly List<Task> _serving = [];
    private readonly Task _accepting;
    private int _running;
    private int _mostRunning;

    public StubServer()
    {
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        free.Stop();
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Url { get; }

    /// <summary>The most requests that were under way at one time.</summary>
    public int MostRunning => _mostRunning;

    /// <param name="answer">From the request's body.</param>
    public StubServer On(string path, Func<JsonObject, StubAnswer> answer)
    {
        _answers[path] = answer;
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _accepting;
        await Task.WhenAll(_serving);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _serving.Add(ServeAsync(await _listener.GetContextAsync()));
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            Assert.False(_listener.IsListening);
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        InterlockedMax(ref _mostRunning, Interlocked.Increment(ref _running));
        try
        {
            using StreamReader reader = new(context.Request.InputStream);
            string text = await reader.ReadToEndAsync();
            JsonObject body = text.Length > 0 ? JsonNode.Parse(text)!.AsObject() : [];
            StubAnswer answer = _answers.TryGetValue(context.Request.Url!.AbsolutePath, out var make)
                ? make(body)
                : new StubAnswer("""{"error":"no such route"}""", 404);
            context.Response.StatusCode = answer.Status;
            foreach (string piece in answer.Pieces)
            {
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(piece));
                await context.Response.OutputStream.FlushAsync();
                await Task.Yield();
            }
            context.Response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The client went away, as it may.
        }
        finally
        {
            context.Response.Abort();
            Interlocked.Decrement(ref _running);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = target; seen < value;)
        {
            int before = Interlocked.CompareExchange(ref target, value, seen);
            seen = before == seen ? value : before;
        }
    }
}
