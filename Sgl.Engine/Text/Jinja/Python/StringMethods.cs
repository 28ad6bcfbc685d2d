using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>The methods of str.</summary>
internal static class StringMethods
{
    public static readonly FrozenDictionary<string, Builtin> All = Builtin.Table(
        new("strip self chars=none", (_, a) => Strip(a, true, true)),
        new("lstrip self chars=none", (_, a) => Strip(a, true, false)),
        new("rstrip self chars=none", (_, a) => Strip(a, false, true)),
        new("upper self", (_, a) => PyText.ToUpper(Self(a))),
        new("lower self", (_, a) => Self(a).ToLowerInvariant()),
        new("casefold self", (_, a) => Self(a).ToLowerInvariant().Replace("ß", "ss")),
        new("swapcase self", (_, a) => SwapCase(Self(a))),
        new("capitalize self", (_, a) => Capitalize(Self(a))),
        new("title self", (_, a) => Title(Self(a))),
        new("split self sep=none maxsplit=-1", (state, a) =>
            Splitting.Split(state, Self(a), Text(a[1]), PyNumber.ToIndex(a[2]))),
        new("rsplit self sep=none maxsplit=-1", (state, a) =>
            Splitting.RightSplit(state, Self(a), Text(a[1]), PyNumber.ToIndex(a[2]))),
        new("splitlines self keepends=false", (state, a) => Splitting.Lines(state, Self(a), PyType.IsTrue(a[1]))),
        new("partition self sep", (_, a) => Splitting.Partition(Self(a), Required(a[1]), last: false)),
        new("rpartition self sep", (_, a) => Splitting.Partition(Self(a), Required(a[1]), last: true)),
        new("join self iterable", (state, a) => Join(state, Self(a), a[1])),
        new("replace self old new count=-1", (state, a) =>
            Replace(state, Self(a), Required(a[1]), Required(a[2]), PyNumber.ToIndex(a[3]))),
        new("startswith self prefix start=none end=none", (_, a) => Affix(a, "startswith", Starts)),
        new("endswith self suffix start=none end=none", (_, a) => Affix(a, "endswith", Ends)),
        new("removeprefix self prefix", (_, a) =>
            Starts(Self(a), Required(a[1])) ? Self(a)[Required(a[1]).Length..] : Self(a)),
        new("removesuffix self suffix", (_, a) =>
            Ends(Self(a), Required(a[1])) ? Self(a)[..^Required(a[1]).Length] : Self(a)),
        new("find self sub start=none end=none", (_, a) => Find(a, last: false)),
        new("rfind self sub start=none end=none", (_, a) => Find(a, last: true)),
        new("index self sub start=none end=none", (_, a) => Found(Find(a, last: false))),
        new("rindex self sub start=none end=none", (_, a) => Found(Find(a, last: true))),
        new("count self sub start=none end=none", (_, a) => Count(a)),
        new("center self width fillchar=none", (state, a) => Pad(state, a, 0.5)),
        new("ljust self width fillchar=none", (state, a) => Pad(state, a, 0)),
        new("rjust self width fillchar=none", (state, a) => Pad(state, a, 1)),
        new("zfill self width", (state, a) => ZeroFill(state, Self(a), PyNumber.ToIndex(a[1]))),
        new("expandtabs self tabsize=8", (state, a) => ExpandTabs(state, Self(a), PyNumber.ToIndex(a[1]))),
        new("format self *args **kwargs", (state, a) =>
            BraceFormat.Apply(state, Self(a), (PyTuple)a[1]!, (PyDict)a[2]!)),
        new("format_map self mapping", (state, a) => BraceFormat.Apply(state, Self(a), new PyTuple(), (PyDict)a[1]!)),
        new("isdigit self", (_, a) => AllAre(a, rune => CharUnicodeInfo.GetDigitValue(rune.ToString(), 0) >= 0)),
        new("isdecimal self", (_, a) => AllAre(a, Rune.IsDigit)),
        new("isnumeric self", (_, a) => AllAre(a, Rune.IsNumber)),
        new("isalpha self", (_, a) => AllAre(a, Rune.IsLetter)),
        new("isalnum self", (_, a) => AllAre(a, r => Rune.IsLetterOrDigit(r) || Rune.IsNumber(r))),
        new("isspace self", (_, a) => Self(a).Length > 0 && Self(a).All(PyText.IsSpace)),
        new("isascii self", (_, a) => Ascii.IsValid(Self(a))),
        new("isprintable self", (_, a) => Self(a).EnumerateRunes().All(PyText.IsPrintable)),
        new("isidentifier self", (_, a) => IsIdentifier(Self(a))),
        new("isupper self", (_, a) => AnyIs(a, Rune.IsUpper) && !AnyIs(a, Rune.IsLower)),
        new("islower self", (_, a) => AnyIs(a, Rune.IsLower) && !AnyIs(a, Rune.IsUpper)),
        new("istitle self", (_, a) => AnyIs(a, Rune.IsUpper) && Title(Self(a)) == Self(a)));

    public static string Strip(string text, string? chars, bool left, bool right)
    {
        var (from, to) = (0, text.Length);
        bool Strips(char c) => chars is null ? PyText.IsSpace(c) : chars.Contains(c);
        while (left && from < to && Strips(text[from]))
            from++;
        while (right && to > from && Strips(text[to - 1]))
            to--;
        return text[from..to];
    }

    public static string Capitalize(string text)
    {
        var first = PyText.ToUnits(text, Math.Min(1, text.Length));
        return text[..first].ToUpperInvariant() + text[first..].ToLowerInvariant();
    }

    public static string Join(RenderState state, string separator, object? items)
    {
        if (!PyIteration.IsIterable(items))
            throw new ChatTemplateException("can only join an iterable");
        var text = new StringBuilder();
        var index = 0;
        foreach (var item in PyIteration.Items(state, items))
        {
            if (item is not string part)
                throw new ChatTemplateException(
                    $"sequence item {index}: expected str instance, {PyType.Name(item)} found");
            state.ReserveMore(text.Length + separator.Length, part.Length);
            text.Append(index++ > 0 ? separator : "").Append(part);
        }

        return text.ToString();
    }

    /// <param name="count">How many at most; all when negative.</param>
    public static string Replace(RenderState state, string text, string old, string replacement, int count)
    {
        var found = old.Length == 0 ? PyText.Length(text) + 1 : text.AsSpan().Count(old);
        found = count < 0 ? found : Math.Min(found, count);
        state.Reserve(text.Length + Math.Max(0L, replacement.Length - old.Length) * found);
        if (found == 0)
            return text;
        if (old.Length == 0)
            return ReplaceNothing(text, replacement, found);
        if (count < 0)
            return text.Replace(old, replacement);

        var result = new StringBuilder();
        var from = 0;
        for (; found > 0; found--)
        {
            var at = text.IndexOf(old, from, StringComparison.Ordinal);
            result.Append(text, from, at - from).Append(replacement);
            from = at + old.Length;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    // The empty text stands before every character and at the end.
    private static string ReplaceNothing(string text, string replacement, int count)
    {
        var result = new StringBuilder();
        foreach (var character in PyText.Characters(text))
            result.Append(count-- > 0 ? replacement : "").Append(character);
        return result.Append(count > 0 ? replacement : "").ToString();
    }

    private static string Self(object?[] a) => (string)a[0]!;

    private static string? Text(object? value) => value is null ? null : Required(value);

    private static string Required(object? value) => value switch
    {
        string text => text,
        Undefined undefined => throw undefined.Error(),
        _ => throw new ChatTemplateException($"must be str, not {PyType.Name(value)}"),
    };

    private static string Strip(object?[] a, bool left, bool right) => a[1] is null or string
        ? Strip(Self(a), (string?)a[1], left, right)
        : throw new ChatTemplateException($"{(left ? right ? "" : "l" : "r")}strip arg must be None or str");

    private static bool AllAre(object?[] a, Func<Rune, bool> test) =>
        Self(a).Length > 0 && Self(a).EnumerateRunes().All(test);

    private static bool AnyIs(object?[] a, Func<Rune, bool> test) => Self(a).EnumerateRunes().Any(test);

    private static bool Starts(string text, string affix) => text.StartsWith(affix, StringComparison.Ordinal);

    private static bool Ends(string text, string affix) => text.EndsWith(affix, StringComparison.Ordinal);

    private static bool IsIdentifier(string text) =>
        text.Length > 0 && !char.IsDigit(text[0]) && text.All(c => c == '_' || char.IsLetterOrDigit(c));

    private static string SwapCase(string text) => string.Concat(text.EnumerateRunes().Select(
        r => Rune.IsUpper(r) ? Rune.ToLowerInvariant(r).ToString() : PyText.ToUpper(r.ToString())));

    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var inside = false;
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(inside ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune));
            inside = Rune.IsLetter(rune);
        }

        return result.ToString();
    }

    /// <summary>The part that start and end leave, and the code point it begins at.</summary>
    private static (string Text, int Start, bool Exists) Part(object?[] a)
    {
        if (a[2] is null && a[3] is null)
            return (Self(a), 0, true);
        var count = PyText.Length(Self(a));
        var start = a[2] is null ? 0 : PyNumber.ToIndex(a[2]);
        start = Math.Max(0, start < 0 ? start + count : start);
        return ((string)new Slice(a[2], a[3], null).Of(Self(a)), start, start <= count);
    }

    private static long Find(object?[] a, bool last)
    {
        var (text, start, exists) = Part(a);
        var sub = Required(a[1]);
        var at = last ? text.LastIndexOf(sub, StringComparison.Ordinal) : text.IndexOf(sub, StringComparison.Ordinal);
        return at < 0 || !exists ? -1 : start + PyText.ToCodePoints(text, at);
    }

    private static long Found(long at) => at >= 0 ? at : throw new ChatTemplateException("substring not found");

    private static long Count(object?[] a)
    {
        var (text, _, exists) = Part(a);
        var sub = Required(a[1]);
        return !exists ? 0 : sub.Length == 0 ? PyText.Length(text) + 1 : text.AsSpan().Count(sub);
    }

    private static bool Affix(object?[] a, string method, Func<string, string, bool> test)
    {
        var (text, _, exists) = Part(a);
        return a[1] switch
        {
            string affix => exists && test(text, affix),
            PyTuple affixes => exists && affixes.Any(affix => test(text, Required(affix))),
            Undefined undefined => throw undefined.Error(),
            _ => throw new ChatTemplateException(
                $"{method} first arg must be str or a tuple of str, not {PyType.Name(a[1])}"),
        };
    }

    /// <param name="left">The share of the padding that goes to the left.</param>
    private static string Pad(RenderState state, object?[] a, double left)
    {
        var text = Self(a);
        var width = PyNumber.ToIndex(a[1]);
        var missing = (long)width - PyText.Length(text);
        if (missing <= 0)
            return text;
        state.Reserve(text.Length + missing);
        var fill = a[2] is null ? " " : Required(a[2]);
        if (PyText.Length(fill) != 1)
            throw new ChatTemplateException("The fill character must be exactly one character long");
        // Python puts the odd one of a centred text to the left only when the width is odd.
        var before = left == 0.5 ? (int)(missing / 2 + (missing & width & 1)) : (int)(missing * left);
        string Fill(long count) => string.Concat(Enumerable.Repeat(fill, (int)count));
        return Fill(before) + text + Fill(missing - before);
    }

    private static string ZeroFill(RenderState state, string text, int width)
    {
        var missing = width - (long)PyText.Length(text);
        if (missing <= 0)
            return text;
        state.Reserve(width);
        var sign = text is ['+' or '-', ..] ? 1 : 0;
        return string.Concat(text.AsSpan(0, sign), new string('0', (int)missing), text.AsSpan(sign));
    }

    private static string ExpandTabs(RenderState state, string text, int size)
    {
        var result = new StringBuilder();
        var column = 0;
        foreach (var c in text)
        {
            if (c == '\t')
            {
                var spaces = size > 0 ? size - column % size : 0;
                state.Reserve((long)result.Length + spaces);
                result.Append(' ', spaces);
                column += spaces;
            }
            else
            {
                result.Append(c);
                column = c is '\n' or '\r' ? 0 : column + 1;
            }
        }

        return result.ToString();
    }
}
