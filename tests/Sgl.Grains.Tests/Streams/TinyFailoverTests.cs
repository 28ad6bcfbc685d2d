using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Grains.Tests.Support;
using Sgl.TestSupport;

namespace Sgl.Grains.Tests.Streams;

/// <summary>The embedded model, bit for bit: one other rounding would change a draw.</summary>
public sealed class TinyFailoverTests
{
    private static readonly EngineOptions _options =
        new() { ModelPath = Repository.TinyModel, MaxTotalTokens = 8192, CpuThreads = 1 };

    [Fact]
    public async Task SampledTokensAndLogprobsAreTheSameAfterAKill()
    {
        GrammarSpec words = new(GrammarKind.Regex, "([a-z]{1,9} ){150,300}");
        GenerateRequest[] requests = [.. Enumerable.Range(0, 6).Select(i => Output.Request(i, 200) with
        {
            Logprobs = i % 2 == 0 ? new LogprobOptions(3, 2) : null,
            Grammar = i % 3 == 0 ? words : null,
        })];
        await using InferenceEngine alone = InferenceEngine.Load(_options);
        await using TestCluster cluster = await TestCluster.StartAsync(2, () => InferenceEngine.Load(_options));
        await cluster.ReadyAsync(2);
        Task<Output>[] all = [.. requests.Select(request => Output.OfAsync(cluster.Backend, request))];
        await Eventually.IsTrueAsync(() => cluster.Replicas.Loads.Sum(load => load.GeneratedTokensTotal) > 60);
        await cluster.KillAsync(cluster.Busy());
        for (int i = 0; i < all.Length; i++)
        {
            Output moved = await all[i];
            Output still = await Output.OfAsync(alone, requests[i]);
            Assert.Equal(still.Tokens, moved.Tokens);
            Assert.Equal(still.Finish, moved.Finish);
            Assert.Equal(
                still.Logprobs.Select(position => (position.Token, position.Logprob)),
                moved.Logprobs.Select(position => (position.Token, position.Logprob)));
        }
    }

    [Fact]
    public async Task AGatewayLearnsWhatTheReplicasHaveCached()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2, () => InferenceEngine.Load(_options));
        await cluster.ReadyAsync(2);
        int[] prompt = [.. Enumerable.Range(100, 130)];
        await Output.OfAsync(cluster.Backend, Output.Request(1, 8) with { Prompt = prompt });
        await Eventually.IsTrueAsync(() => cluster.Replicas.Router.IndexedBlocks >= 130 / 32);
    }
}
