using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Engine;

/// <summary>Much at once over a small pool: no wrong token, no leak, no hang.</summary>
public sealed class SoakTests
{
    private static readonly int[] _stops = [7, 21];

    public static IEnumerable<object[]> Cases =>
        from policy in SchedulePolicies.Names
        from runsAhead in (bool[])[false, true]
        select (object[])[policy, runsAhead];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task HundredsOfRequestsWithRandomCancelsOverATinyPool(string policy, bool runsAhead)
    {
        await using TestEngine test = new(Options with
        {
            MaxTotalTokens = 300,
            ChunkedPrefillSize = 24,
            MaxRunningRequests = 12,
            MaxNewTokensEstimate = 4,
            SchedulePolicy = policy,
        }, ops: Ops(runsAhead));
        await Task.WhenAll(Enumerable.Range(0, 16).Select(client => RunClientAsync(test, new Random(client))));
        Assert.True((await test.Engine.GetStatusAsync()).RetractionsTotal > 0);
    }

    /// <summary>Prompts that are the nodes of a tree: each is a beginning of many others.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ATreeOf400PromptsOverASmallPoolAndThenAFlush(string policy, bool runsAhead)
    {
        await using TestEngine test = new(Options with
        {
            MaxTotalTokens = 700,
            ChunkedPrefillSize = 128,
            SchedulePolicy = policy,
        }, ops: Ops(runsAhead));
        Random random = new(7);
        List<int[]> nodes = [[0]];
        while (nodes.Count < 400)
            nodes.Add([.. nodes[random.Next(nodes.Count)], .. Prompt(random.Next(1, 30), random.Next(3))]);
        int[] outputs = [.. nodes.Select(_ => random.Next(1, 30))];
        Generation[] all = await Task.WhenAll(nodes.Select(
            (prompt, i) => Generation.OfAsync(test.Engine, Of(prompt, outputs[i]))));
        for (int i = 0; i < all.Length; i++)
            Assert.Equal(test.Model.Greedy(nodes[i], outputs[i]), all[i].Tokens);
        Assert.True(await test.Engine.FlushCacheAsync());
    }

    private static RunAheadOps? Ops(bool runsAhead) => runsAhead ? new RunAheadOps(1, 2, 3, 5, 8, 12) : null;

    private static async Task RunClientAsync(TestEngine test, Random random)
    {
        for (int i = 0; i < 15; i++)
        {
            int[] common = Prompt(random.Next(1, 80), seed: random.Next(4));
            int[] prompt = [.. common, .. Prompt(random.Next(0, 20), random.Next())];
            int count = random.Next(0, 60);
            int leaveAfter = random.Next(3) == 0 ? random.Next(count + 1) : int.MaxValue;
            List<int> tokens = [];
            GenerateRequest request = Of(prompt, count);
            request = request with { Sampling = request.Sampling with { StopTokens = _stops } };
            await foreach (TokenChunk chunk in test.Engine.GenerateAsync(request))
            {
                tokens.AddRange(chunk.Tokens.Span);
                if (tokens.Count >= leaveAfter)
                    break;
            }
            int[] expected = test.Model.Greedy(prompt, count);
            int stop = Array.FindIndex(expected, token => _stops.Contains(token));
            expected = expected[..(stop < 0 ? count : stop + 1)];
            Assert.Equal(leaveAfter == int.MaxValue ? expected : expected[..tokens.Count], tokens);
        }
    }
}
