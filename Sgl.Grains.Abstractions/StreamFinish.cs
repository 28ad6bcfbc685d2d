namespace Sgl.Grains.Abstractions;

/// <summary>Why a stream ended on a replica.</summary>
/// <param name="Kind">Lost means that another replica has to go on.</param>
/// <param name="Length">For <see cref="StreamFinishKind.Length"/>: the tokens of the whole output.</param>
/// <param name="MatchedToken">For <see cref="StreamFinishKind.Stop"/>: the token that ended it.</param>
/// <param name="Message">For <see cref="StreamFinishKind.Lost"/>: what happened.</param>
[GenerateSerializer, Immutable, Alias("sgl.StreamFinish")]
public sealed record StreamFinish(
    [property: Id(0)] StreamFinishKind Kind,
    [property: Id(1)] int Length = 0,
    [property: Id(2)] int? MatchedToken = null,
    [property: Id(3)] string? Message = null);
