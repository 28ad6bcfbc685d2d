namespace Sgl.Grains.Abstractions;

public enum StreamFinishKind
{
    /// <summary>max_new_tokens, or the end of the context, was reached.</summary>
    Length,

    /// <summary>An end token or a stop token was met.</summary>
    Stop,

    /// <summary>The replica could not go on: a step failed, or its engine stopped.</summary>
    Lost,
}
