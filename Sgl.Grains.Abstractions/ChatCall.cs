namespace Sgl.Grains.Abstractions;

/// <summary>A conversation to be answered.</summary>
[GenerateSerializer, Immutable, Alias("sgl.ChatCall")]
public sealed record ChatCall
{
    [Id(0)] public required ChatTurn[] Messages { get; init; }

    [Id(1)] public CallOptions Options { get; init; } = new();
}
