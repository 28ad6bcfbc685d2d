using Sgl.Grains.Abstractions;
using Sgl.Grains.Elasticity;

namespace Sgl.Grains.Tests.Elasticity;

public sealed class ReplicaScalerTests
{
    private readonly Clock _clock = new();

    [Fact]
    public void WithoutRulesEverySlotIsUsed()
    {
        ReplicaScaler scaler = new(new ScalingRules(), _clock);
        Assert.Equal(3, scaler.Decide(3, [], []));
        _clock.Pass(3600);
        Assert.Equal(2, scaler.Decide(2, Ready(2), []));
    }

    [Fact]
    public void AQueueAsksForOneMoreAtATime()
    {
        ReplicaScaler scaler = new(new ScalingRules { MinReplicas = 1, MaxReplicas = 3 }, _clock);
        Assert.Equal(1, scaler.Decide(8, [], []));
        _clock.Pass(10);
        Assert.Equal(2, scaler.Decide(8, Ready(1, queued: 9), [Demand(running: 9)]));
        Assert.Equal(2, scaler.Decide(8, Ready(1, queued: 9), [Demand(running: 9)]));
        _clock.Pass(10);
        Assert.Equal(3, scaler.Decide(8, Ready(2, queued: 9), [Demand(running: 9)]));
        _clock.Pass(10);
        Assert.Equal(3, scaler.Decide(8, Ready(3, queued: 9), [Demand(running: 9)]));
    }

    [Fact]
    public void SlowFirstTokensAskForOneMore()
    {
        ReplicaScaler scaler = new(new ScalingRules { MinReplicas = 1 }, _clock);
        scaler.Decide(2, [], []);
        _clock.Pass(10);
        Assert.Equal(2, scaler.Decide(2, Ready(1), [Demand(running: 1, firstToken: 3)]));
    }

    [Fact]
    public void ToZeroAfterQuietAndUpForWhoeverWaits()
    {
        ReplicaScaler scaler = new(new ScalingRules { MinReplicas = 0, IdleTime = TimeSpan.FromSeconds(60) }, _clock);
        Assert.Equal(0, scaler.Decide(2, [], []));
        Assert.Equal(1, scaler.Decide(2, [], [Demand(held: 1)]));
        _clock.Pass(59);
        Assert.Equal(1, scaler.Decide(2, Ready(1), []));
        _clock.Pass(2);
        Assert.Equal(0, scaler.Decide(2, Ready(1), []));
    }

    private static ReplicaLoad[] Ready(int count, int queued = 0) =>
        [.. Enumerable.Repeat(new ReplicaLoad { State = ReplicaState.Ready, QueuedRequests = queued }, count)];

    private static GatewayDemand Demand(int running = 0, int held = 0, double firstToken = 0) =>
        new("gateway", running, held, firstToken);

    private sealed class Clock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _now;

        public void Pass(int seconds) => _now += seconds;
    }
}
