namespace Sgl.Grains.Abstractions;

/// <param name="Role">system, user or assistant.</param>
[GenerateSerializer, Immutable, Alias("sgl.ChatTurn")]
public sealed record ChatTurn([property: Id(0)] string Role, [property: Id(1)] string Text);
