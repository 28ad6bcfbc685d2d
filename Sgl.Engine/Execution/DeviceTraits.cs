namespace Sgl.Engine.Execution;

/// <summary>What an engine must know of a kind of device to choose what its options leave open.</summary>
public sealed record DeviceTraits
{
    /// <summary>Prompt tokens of one step, unless --chunked-prefill-size says it.</summary>
    public required int ChunkedPrefillSize { get; init; }

    /// <summary>A KV pool sized from memory stops at this many contexts.</summary>
    public int PoolContexts { get; init; } = int.MaxValue;

    /// <summary>... and at this many bytes.</summary>
    public long PoolBytes { get; init; } = long.MaxValue;

    /// <summary>
    /// A step's memory comes from the same store as the KV pool: the largest step runs before the pool is sized, so
    /// that what it needs is taken by then.
    /// </summary>
    public bool ReservesSteps { get; init; }

    /// <summary>Left free beside weights, the largest step and the KV pool, for what the driver takes itself.</summary>
    public long HeadroomBytes { get; init; }

    /// <summary>Weights are used where the source has them, which so must stay open.</summary>
    public bool UsesWeightsInPlace { get; init; }
}
