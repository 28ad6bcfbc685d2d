using System.Diagnostics;
using System.Globalization;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Reporting;
using Sgl.Engine.Requests;

namespace Sgl.Gateway.Bench;

/// <summary>
/// Tokens that the gateway streams to OpenAI clients in a second of its processor time, with and without metrics. The
/// servers take turns, round by round, so that what else runs on the machine meets them alike.
/// </summary>
internal static class StreamCommand
{
    private const string Streams = "--streams";
    private const string Tokens = "--tokens";
    private const string Rounds = "--rounds";

    /// <summary>Of these rounds nothing is told: methods are compiled in them.</summary>
    private const int WarmUpRounds = 3;

    public static Command Command { get; } = new(
        "stream", "tokens streamed in a second of the gateway's processor time",
        [
            new(Streams, "N", "4", "streams at a time"),
            new(Tokens, "N", "500000", "tokens of a stream; the clock ticks in hundredths of a second"),
            new(Rounds, "N", "11", "measured rounds, after warm-up"),
            new(SourceServer.Apart, null, null, "each token is an event of its own"),
        ],
        RunAsync);

    private static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellation)
    {
        string[] apart = flags.Has(SourceServer.Apart) ? [SourceServer.Apart] : [];
        using Process plain = Start(apart);
        using Process metered = Start([.. apart, SourceServer.Metrics]);
        try
        {
            (Process Server, string Url, List<double> Rates)[] sides = await Task.WhenAll(
                new[] { plain, metered }.Select(async server => (server, await UrlAsync(server), new List<double>())));
            int rounds = WarmUpRounds + flags.Integer(Rounds, 1);
            for (int round = 0; round < rounds; round++)
            {
                foreach ((Process server, string url, List<double> rates) in sides)
                {
                    double rate = await MeasureAsync(server, url, flags, cancellation);
                    if (round >= WarmUpRounds)
                        rates.Add(rate);
                }
            }

            Table table = new("tokens a processor-second", "median", "best");
            foreach (((_, _, List<double> rates), string name) in sides.Zip(["without metrics", "with metrics"]))
                table.Add(name, Text(rates.Order().ElementAt(rates.Count / 2)), Text(rates.Max()));
            await Console.Out.WriteAsync(table.ToString());
            return 0;
        }
        finally
        {
            plain.Kill();
            metered.Kill();
        }
    }

    private static async Task<double> MeasureAsync(
        Process server, string url, FlagValues flags, CancellationToken cancellation)
    {
        int streams = flags.Integer(Streams, 1), tokens = flags.Integer(Tokens, 1);
        using HttpClient client = new() { Timeout = Timeout.InfiniteTimeSpan };
        server.Refresh();
        TimeSpan before = server.TotalProcessorTime;
        await Task.WhenAll(Enumerable.Range(0, streams).Select(async _ =>
        {
            using HttpRequestMessage request = new(HttpMethod.Post, $"{url}/v1/completions")
            {
                Content = JsonContent.Create(new { prompt = "Once", stream = true, max_tokens = tokens }),
            };
            using HttpResponseMessage response = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            response.EnsureSuccessStatusCode();
            await response.Content.CopyToAsync(Stream.Null, cancellation);
        }));
        server.Refresh();
        return streams * tokens / (server.TotalProcessorTime - before).TotalSeconds;
    }

    private static Process Start(IEnumerable<string> flags) => Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(StreamCommand).Assembly.Location, SourceServer.Name, .. flags])
    { RedirectStandardOutput = true })!;

    private static async Task<string> UrlAsync(Process server) =>
        await server.StandardOutput.ReadLineAsync() ?? throw new UserErrorException("The source's server has ended.");

    private static string Text(double rate) => rate.ToString("N0", CultureInfo.InvariantCulture);
}
