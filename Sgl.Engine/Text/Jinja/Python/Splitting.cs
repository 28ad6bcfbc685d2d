namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>str.split and its relatives.</summary>
internal static class Splitting
{
    /// <param name="limit">How many cuts at most; no limit when negative.</param>
    public static PyList Split(RenderState state, string text, string? separator, int limit)
    {
        state.Work(1 + text.Length / 16);
        if (separator is null)
            return SplitSpaces(text, limit);
        Check(separator);
        List<object?> parts = [];
        var from = 0;
        while (limit < 0 || parts.Count < limit)
        {
            var at = text.IndexOf(separator, from, StringComparison.Ordinal);
            if (at < 0)
                break;
            parts.Add(text[from..at]);
            from = at + separator.Length;
        }

        parts.Add(text[from..]);
        return Paid(state, parts);
    }

    public static PyList RightSplit(RenderState state, string text, string? separator, int limit)
    {
        state.Work(1 + text.Length / 16);
        if (separator is null)
            return RightSplitSpaces(text, limit);
        Check(separator);
        List<object?> parts = [];
        var to = text.Length;
        while (limit < 0 || parts.Count < limit)
        {
            var at = text.AsSpan(0, to).LastIndexOf(separator, StringComparison.Ordinal);
            if (at < 0)
                break;
            parts.Add(text[(at + separator.Length)..to]);
            to = at;
        }

        parts.Add(text[..to]);
        parts.Reverse();
        return Paid(state, parts);
    }

    public static PyList Lines(RenderState state, string text, bool keepEnds)
    {
        List<object?> lines = [];
        for (var from = 0; from < text.Length;)
        {
            var end = from;
            while (end < text.Length && !EndsLine(text[end]))
                end++;
            var after = end + (end + 1 < text.Length && text[end] == '\r' && text[end + 1] == '\n' ? 2 : 1);
            after = Math.Min(after, text.Length);
            lines.Add(text[from..(keepEnds ? after : end)]);
            from = after;
        }

        return Paid(state, lines);
    }

    public static PyTuple Partition(string text, string separator, bool last)
    {
        Check(separator);
        var at = last
            ? text.LastIndexOf(separator, StringComparison.Ordinal)
            : text.IndexOf(separator, StringComparison.Ordinal);
        if (at < 0)
            return last ? new PyTuple("", "", text) : new PyTuple(text, "", "");
        return new PyTuple(text[..at], separator, text[(at + separator.Length)..]);
    }

    private static bool EndsLine(char c) =>
        c is >= '\n' and <= '\r' or >= '\x1c' and <= '\x1e' or '\x85' or '\u2028' or '\u2029';

    private static void Check(string separator)
    {
        if (separator.Length == 0)
            throw new ChatTemplateException("empty separator");
    }

    private static PyList Paid(RenderState state, List<object?> parts)
    {
        state.Work(parts.Count);
        return new([.. parts]);
    }

    private static PyList SplitSpaces(string text, int limit)
    {
        List<object?> parts = [];
        var from = 0;
        while (true)
        {
            while (from < text.Length && PyText.IsSpace(text[from]))
                from++;
            if (from == text.Length)
                break;
            if (limit >= 0 && parts.Count == limit)
            {
                parts.Add(text[from..]);
                break;
            }

            var to = from;
            while (to < text.Length && !PyText.IsSpace(text[to]))
                to++;
            parts.Add(text[from..to]);
            from = to;
        }

        return new([.. parts]);
    }

    private static PyList RightSplitSpaces(string text, int limit)
    {
        List<object?> parts = [];
        var to = text.Length;
        while (true)
        {
            while (to > 0 && PyText.IsSpace(text[to - 1]))
                to--;
            if (to == 0)
                break;
            if (limit >= 0 && parts.Count == limit)
            {
                parts.Add(text[..to]);
                break;
            }

            var from = to;
            while (from > 0 && !PyText.IsSpace(text[from - 1]))
                from--;
            parts.Add(text[from..to]);
            to = from;
        }

        parts.Reverse();
        return new([.. parts]);
    }
}
