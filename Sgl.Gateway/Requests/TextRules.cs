namespace Sgl.Gateway.Requests;

/// <summary>How a generation's tokens become its text.</summary>
/// <param name="Stops">Strings that end it.</param>
/// <param name="KeepStop">Leave the stop string, or the stop token's text, at the end (no_stop_trim).</param>
internal sealed record TextRules(IReadOnlyList<string> Stops, bool KeepStop, bool SkipSpecialTokens);
