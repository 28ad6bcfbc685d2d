using Sgl.Engine.Requests;
using Sgl.Grains.Streams;
using Sgl.Grains.Tests.Support;

namespace Sgl.Grains.Tests.Sessions;

public sealed class SessionTests
{
    private static readonly GenerateRequest _request = Output.Request(1, 300) with { Session = "talk" };

    [Fact]
    public async Task AnotherGatewayGoesOnFromWhatTheFirstSaved()
    {
        List<FakeEngine> engines = [];
        await using TestCluster cluster = await TestCluster.StartAsync(
            2, () => Add(engines, new FakeEngine { BeforeToken = (_, _, stop) => Task.Delay(5, stop) }),
            options: TestCluster.Quick with { SaveInterval = TimeSpan.FromMilliseconds(50) });
        await cluster.ReadyAsync(2);
        cluster.Backend.KeepSessions(cluster.SessionsOn(cluster.Silos[0]));
        Assert.True(await cluster.Backend.OpenSessionAsync("talk"));
        using CancellationTokenSource died = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Output.OfAsync(
            cluster.Backend, _request, tokens => { if (tokens >= 100) died.Cancel(); }, died.Token));

        ClusterBackend other = new(cluster.Backend.Model, cluster.Replicas);
        other.KeepSessions(cluster.SessionsOn(cluster.Silos[1]));
        Assert.True(await other.OpenSessionAsync("talk"));
        Output rest = await Output.OfAsync(other, _request);
        Assert.Equal(FakeEngine.Expected(_request), rest.Tokens);
        Assert.True(engines.SelectMany(engine => engine.Requests).Max(request => request.Resumed.Length) > 0);
    }

    [Fact]
    public async Task AFinishedRequestIsAnsweredFromItsRecord()
    {
        FakeEngine engine = new();
        await using TestCluster cluster = await TestCluster.StartAsync(1, () => engine);
        await cluster.ReadyAsync(1);
        cluster.Backend.KeepSessions(cluster.SessionsOn(cluster.Silos[0]));
        await cluster.Backend.OpenSessionAsync("talk");
        Output first = await Output.OfAsync(cluster.Backend, _request);
        await Eventually.IsTrueAsync(async () =>
            (await cluster.SessionsOn(cluster.Silos[0]).FindAsync("talk", _request.Id))?.Finish is not null);
        Output again = await Output.OfAsync(cluster.Backend, _request);
        Assert.Equal(first.Tokens, again.Tokens);
        Assert.Equal(first.Finish, again.Finish);
        Assert.Single(engine.Requests);
    }

    [Fact]
    public async Task WithoutItsRecordASessionIsServedAllTheSame()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1, () => new FakeEngine());
        await cluster.ReadyAsync(1);
        Assert.False(await cluster.Backend.OpenSessionAsync("talk"));
        Output output = await Output.OfAsync(cluster.Backend, _request);
        Assert.Equal(FakeEngine.Expected(_request), output.Tokens);
    }

    private static FakeEngine Add(List<FakeEngine> engines, FakeEngine engine)
    {
        lock (engines)
            engines.Add(engine);
        return engine;
    }
}
