namespace Sgl.Engine.Requests;

/// <summary>Why a generation ended.</summary>
public sealed record FinishReason
{
    public required FinishKind Kind { get; init; }

    /// <summary>For <see cref="FinishKind.Length"/>: how many tokens were generated.</summary>
    public int Length { get; init; }

    /// <summary>For <see cref="FinishKind.Stop"/> on a token: which.</summary>
    public int? MatchedToken { get; init; }

    /// <summary>
    /// For <see cref="FinishKind.Stop"/> on a stop string: which. Set on the gateway's side of the waist.
    /// </summary>
    public string? MatchedText { get; init; }

    /// <summary>For <see cref="FinishKind.Abort"/>: what happened, for the caller.</summary>
    public string? Message { get; init; }

    public static FinishReason AtLength(int length) => new() { Kind = FinishKind.Length, Length = length };

    public static FinishReason AtToken(int token) => new() { Kind = FinishKind.Stop, MatchedToken = token };

    public static FinishReason AtText(string text) => new() { Kind = FinishKind.Stop, MatchedText = text };

    public static FinishReason Aborted(string message) => new() { Kind = FinishKind.Abort, Message = message };
}
