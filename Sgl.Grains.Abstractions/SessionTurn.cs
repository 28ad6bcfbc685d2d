namespace Sgl.Grains.Abstractions;

/// <summary>One generation of a session: all that another gateway needs to go on with it.</summary>
[GenerateSerializer, Immutable, Alias("sgl.SessionTurn")]
public sealed record SessionTurn
{
    /// <summary>The request's id.</summary>
    [Id(0)] public required string Request { get; init; }

    [Id(1)] public required ulong Seed { get; init; }

    [Id(2)] public required int[] Prompt { get; init; }

    /// <summary>The output so far.</summary>
    [Id(3)] public required int[] Output { get; init; }

    /// <summary>Null while it runs.</summary>
    [Id(4)] public StreamFinish? Finish { get; init; }
}
