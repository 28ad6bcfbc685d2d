namespace Sgl.Grains.Abstractions;

/// <summary>When a model gets more replicas and when fewer.</summary>
[GenerateSerializer, Immutable, Alias("sgl.ScalingRules")]
public sealed record ScalingRules
{
    /// <summary>Null is every slot that is offered.</summary>
    [Id(0)] public int? MinReplicas { get; init; }

    /// <summary>Null is every slot that is offered.</summary>
    [Id(1)] public int? MaxReplicas { get; init; }

    /// <summary>After so long without a request the model goes down to <see cref="MinReplicas"/>.</summary>
    [Id(2)] public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>More requests than that, per replica, waiting in its queue ask for another replica.</summary>
    [Id(3)] public double QueuedPerReplica { get; init; } = 4;

    /// <summary>A longer time to the first token asks for another replica.</summary>
    [Id(4)] public TimeSpan FirstTokenTarget { get; init; } = TimeSpan.FromSeconds(2);
}
