namespace Sgl.Grains.Abstractions;

/// <param name="Epoch">Of the replica's activation, see <see cref="LinkNews.Epoch"/>.</param>
[GenerateSerializer, Immutable, Alias("sgl.SubmitAnswer")]
public sealed record SubmitAnswer(
    [property: Id(0)] Guid Epoch,
    [property: Id(1)] SubmitOutcome Outcome);
