namespace Sgl.Engine.Text;

/// <summary>
/// Finds the first stop string in a stream of text, also across pieces: the one that is complete first, and of those
/// that end together the longest. So it does not matter how the text was cut into pieces. One per stream.
/// </summary>
/// <param name="stops">Compared character by character; empty ones match nothing.</param>
/// <param name="keepStop">Leave the matched text at the end of the output (no_stop_trim).</param>
public sealed class StopMatcher(IReadOnlyList<string> stops, bool keepStop = false)
{
    private readonly Candidate[] _candidates =
        [.. stops.Where(stop => stop.Length > 0).Select(stop => new Candidate(stop))];

    private string _held = "";

    /// <summary>The stop string that was met; null as long as none was.</summary>
    public string? Matched { get; private set; }

    /// <summary>
    /// Takes a piece and returns what may be shown now: text that could still become a stop string is held back. After
    /// a match it returns the text before it, and from then on nothing.
    /// </summary>
    public string Append(string text)
    {
        if (Matched is not null) return "";
        if (_candidates.Length == 0) return text;
        for (var i = 0; i < text.Length; i++)
        {
            foreach (var candidate in _candidates)
            {
                if (candidate.Take(text[i]) && candidate.Stop.Length > (Matched?.Length ?? 0)) Matched = candidate.Stop;
            }

            if (Matched is null) continue;
            var upToMatch = string.Concat(_held, text.AsSpan(0, i + 1));
            _held = "";
            return keepStop ? upToMatch : upToMatch[..^Matched.Length];
        }

        var all = _held + text;
        var certain = all.Length - _candidates.Max(candidate => candidate.Length);
        _held = all[certain..];
        return all[..certain];
    }

    /// <summary>What was held back, at the end of the stream without a match.</summary>
    public string Flush()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    /// <summary>How much of a stop string the text ends with: the matching of Knuth, Morris and Pratt.</summary>
    private sealed class Candidate
    {
        // By the length of a beginning of the stop string: the longest shorter beginning that it ends with.
        private readonly int[] _shorter;

        public Candidate(string stop)
        {
            Stop = stop;
            _shorter = new int[stop.Length + 1];
            for (var length = 1; length < stop.Length; length++)
            {
                _shorter[length + 1] = Extend(_shorter[length], stop[length]);
            }
        }

        public string Stop { get; }

        public int Length { get; private set; }

        /// <summary>Takes the next character; true when the stop string is complete.</summary>
        public bool Take(char character)
        {
            Length = Extend(Length, character);
            return Length == Stop.Length;
        }

        private int Extend(int length, char character)
        {
            while (length > 0 && Stop[length] != character) length = _shorter[length];
            return Stop[length] == character ? length + 1 : 0;
        }
    }
}
