namespace Sgl.Grains.Abstractions;

/// <summary>What a gateway needs of a model at the moment.</summary>
/// <param name="Gateway">The gateway's silo.</param>
/// <param name="Running">Streams that it serves.</param>
/// <param name="Held">Requests that wait because there is no replica for them.</param>
/// <param name="FirstTokenSeconds">Longest recent time to the first token; 0 when there was none.</param>
[GenerateSerializer, Immutable, Alias("sgl.GatewayDemand")]
public sealed record GatewayDemand(
    [property: Id(0)] string Gateway,
    [property: Id(1)] int Running,
    [property: Id(2)] int Held,
    [property: Id(3)] double FirstTokenSeconds);
