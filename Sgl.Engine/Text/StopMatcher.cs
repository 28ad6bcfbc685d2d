namespace Sgl.Engine.Text;

/// <summary>Finds the first stop string in a stream of text, also across pieces. One per stream.</summary>
/// <param name="keepStop">Leave the matched text at the end of the output (no_stop_trim).</param>
public sealed class StopMatcher(IReadOnlyList<string> stops, bool keepStop = false)
{
    /// <summary>The stop string that was met; null as long as none was.</summary>
    public string? Matched => throw new NotImplementedException($"{stops} {keepStop}");

    /// <summary>
    /// Takes a piece and returns what may be shown now: text that could still become a stop string is held back. After a
    /// match it returns the text before it, and from then on nothing.
    /// </summary>
    public string Append(string text) => throw new NotImplementedException();

    /// <summary>What was held back, at the end of the stream without a match.</summary>
    public string Flush() => throw new NotImplementedException();
}
