namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>What a byte-pair encoding does beside merging.</summary>
internal sealed record BpeOptions
{
    /// <summary>The token for what the vocabulary lacks; -1 to leave it out.</summary>
    public int Unknown { get; init; } = -1;

    /// <summary>Adjacent unknown characters become one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Characters that the vocabulary lacks become the tokens of their bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A word that is a token is that token, however the merges would build it.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Put before every character of a word but the first.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>Put behind the last character of a word.</summary>
    public string EndSuffix { get; init; } = "";

    /// <summary>Words are split into their bytes, not characters.</summary>
    public bool ByteLevel { get; init; }
}
