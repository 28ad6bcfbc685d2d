using System.Diagnostics;
using System.Text.Json.Nodes;
using Sgl.Bench.Http;
using Sgl.Engine.Cache;
using Sgl.Engine.Requests;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>
/// Conversations over HTTP. Each turn's prompt is all that was said before and a new message; what one cache without
/// end, that all requests share, would have of it is counted beside what the cluster had.
/// </summary>
internal sealed class MultiTurnLoad(IReadOnlyList<ServerClient> gateways)
{
    private const int LeastToken = 500;
    private const int MostToken = 3500;

    private readonly Lock _gate = new();
    private readonly HashSet<ulong> _prefixes = [];

    public long PromptTokens { get; private set; }

    public long CachedTokens { get; private set; }

    public long IdealTokens { get; private set; }

    public int Failed { get; private set; }

    public double Seconds { get; private set; }

    public async Task RunAsync(int conversations, int turns, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        Random random = new(1);
        int[][] systemPrompts = [.. Enumerable.Range(0, 4).Select(_ => Tokens(random, 100))];
        await Task.WhenAll(Enumerable.Range(0, conversations).Select(
            i => ConverseAsync(systemPrompts[i % systemPrompts.Length], turns, new Random(i), cancellation)));
        Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private async Task ConverseAsync(int[] systemPrompt, int turns, Random random, CancellationToken cancellation)
    {
        int[] history = systemPrompt;
        // Not all in the same moment: people do not begin so.
        await Task.Delay(random.Next(3000), cancellation);
        for (int turn = 0; turn < turns; turn++)
        {
            int[] prompt = [.. history, .. Tokens(random, random.Next(20, 80))];
            Expect(prompt);
            try
            {
                JsonObject answer = await gateways[random.Next(gateways.Count)].PostAsync(
                    "generate", Body(prompt, random.Next(16, 48)), cancellation);
                int[] output = [.. answer["output_ids"]!.AsArray().Select(token => token!.GetValue<int>())];
                history = [.. prompt, .. output];
                Note(history, answer["meta_info"]!["cached_tokens"]!.GetValue<int>());
            }
            catch (UserErrorException)
            {
                lock (_gate)
                    Failed++;
                return;
            }
            await Task.Delay(random.Next(1000), cancellation);
        }
    }

    private void Expect(int[] prompt)
    {
        lock (_gate)
        {
            PromptTokens += prompt.Length;
            // The last token goes through the model in any case.
            IdealTokens += Hashes(prompt).Take(prompt.Length - 1).TakeWhile(_prefixes.Contains).Count();
            _prefixes.UnionWith(Hashes(prompt));
        }
    }

    private void Note(int[] history, int cached)
    {
        lock (_gate)
        {
            CachedTokens += cached;
            // Of the last token there is no key: it never went through the model.
            _prefixes.UnionWith(Hashes(history[..^1]));
        }
    }

    /// <summary>One for each beginning.</summary>
    private static IEnumerable<ulong> Hashes(int[] tokens)
    {
        ulong hash = PrefixBlocks.Start(0);
        for (int i = 0; i < tokens.Length; i++)
            yield return hash = PrefixBlocks.Extend(hash, tokens.AsSpan(i, 1));
    }

    private static JsonObject Body(int[] prompt, int outputLength) => new()
    {
        ["input_ids"] = new JsonArray([.. prompt.Select(token => (JsonNode)token)]),
        ["sampling_params"] = new JsonObject
        {
            ["temperature"] = 1,
            ["max_new_tokens"] = outputLength,
            ["ignore_eos"] = true,
        },
    };

    private static int[] Tokens(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(LeastToken, MostToken))];
}
