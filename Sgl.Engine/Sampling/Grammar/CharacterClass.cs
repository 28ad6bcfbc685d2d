namespace Sgl.Engine.Sampling.Grammar;

/// <summary>Reads what stands for one character out of a set: classes in brackets, and escapes such as \d.</summary>
internal static class CharacterClass
{
    private static readonly CodePointRanges _digits = CodePointRanges.Of(('0', '9'));
    private static readonly CodePointRanges _word =
        CodePointRanges.Of(('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_'));
    private static readonly CodePointRanges _space = CodePointRanges.Of((' ', ' '), ('\t', '\r'));

    /// <summary>From behind the opening bracket to behind the closing one.</summary>
    public static CodePointRanges Read(GrammarCursor cursor)
    {
        int start = cursor.Position - 1;
        bool negated = cursor.TryTake("^");
        List<CodePointRanges> parts = [];
        bool first = true;
        // A bracket that comes first is no end, as everywhere but in JavaScript.
        while (first && cursor.Is("]") || !cursor.TryTake("]"))
        {
            if (cursor.AtEnd)
                throw cursor.Fault("the class has no ']'", start);
            parts.Add(ReadPart(cursor));
            first = false;
        }
        CodePointRanges all = CodePointRanges.Of([.. parts.SelectMany(part => part.Ranges)]);
        return negated ? all.Complement() : all;
    }

    /// <summary>A class by its letter, from behind the backslash; null when it is none.</summary>
    public static CodePointRanges? ReadEscape(GrammarCursor cursor)
    {
        int start = cursor.Position - 1;
        CodePointRanges? set = cursor.Peek switch
        {
            'd' => _digits,
            'D' => _digits.Complement(),
            'w' => _word,
            'W' => _word.Complement(),
            's' => _space,
            'S' => _space.Complement(),
            _ => null,
        };
        if (set is not null)
        {
            cursor.Take();
            return set;
        }
        if (cursor.Peek is not ('p' or 'P'))
            return null;
        bool negated = cursor.Take() == 'P';
        string name = cursor.TryTake("{") ? cursor.TakeWhile(c => c != '}') : "";
        if (!cursor.TryTake("}"))
            throw cursor.Fault("expected a property in braces, such as \\p{L}", start);
        CodePointRanges property = CodePointRanges.OfProperty(name)
            ?? throw cursor.Fault($"'{name}' is no Unicode property that is known", start);
        return negated ? property.Complement() : property;
    }

    private static CodePointRanges ReadPart(GrammarCursor cursor)
    {
        int start = cursor.Position;
        if (cursor.Is("[:") || cursor.Is("[.") || cursor.Is("[="))
            throw cursor.Fault("POSIX classes are not supported; write the ranges");
        if (ReadItem(cursor, out CodePointRanges? set) is not int first)
            return set!;
        int dash = cursor.Position;
        if (!cursor.TryTake("-"))
            return CodePointRanges.Of(first);
        if (cursor.Is("]"))
        {
            cursor.Position = dash;
            return CodePointRanges.Of(first);
        }
        if (ReadItem(cursor, out _) is not int last)
            throw cursor.Fault("a class cannot end a range", start);
        return first <= last ? CodePointRanges.Of((first, last))
            : throw cursor.Fault("the range runs backwards", start);
    }

    /// <returns>A code point, or null with a set.</returns>
    private static int? ReadItem(GrammarCursor cursor, out CodePointRanges? set)
    {
        int start = cursor.Position;
        set = null;
        if (!cursor.TryTake("\\"))
            return cursor.AtEnd ? throw cursor.Fault("the class has no ']'") : cursor.Take();
        set = ReadEscape(cursor);
        if (set is not null)
            return null;
        // Within a class \b is a backspace.
        if (cursor.TryTake("b"))
            return '\b';
        return cursor.TakeCharacterEscape() ?? throw cursor.Fault("the escape is not known", start);
    }
}
