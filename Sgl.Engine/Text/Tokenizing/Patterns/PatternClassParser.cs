using System.Globalization;
using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>Reads what stands for one code point: a literal, an escape such as \p{L}, or a class in brackets.</summary>
internal sealed class PatternClassParser(string source)
{
    // A set costs milliseconds to build and patterns name the same ones again and again.
    private readonly Dictionary<string, CodePointSet> _properties = [];

    public CodePointSet Read(ref int position)
    {
        if (source[position] == '[') return Bracket(ref position);
        return Escape(ref position) ?? CodePointSet.Of(Literal(ref position));
    }

    private CodePointSet Bracket(ref int position)
    {
        var start = position++;
        var negated = Accept(ref position, "^");
        var set = CodePointSet.Of();
        CodePointSet? others = null;
        for (var first = true; ; first = false)
        {
            if (position >= source.Length) throw Error("a [ without its ]", start);
            if (!first && Accept(ref position, "]")) break;
            if (Accept(ref position, "&&"))
            {
                others = others?.Intersect(set) ?? set;
                set = CodePointSet.Of();
                continue;
            }

            set = set.Union(Item(ref position));
        }

        if (others is not null) set = others.Intersect(set);
        return negated ? set.Complement() : set;
    }

    private CodePointSet Item(ref int position)
    {
        if (source.AsSpan(position).StartsWith("[:")) return Posix(ref position);
        if (source[position] == '[') return Bracket(ref position);
        if (Escape(ref position) is { } escape) return escape;
        var first = Literal(ref position);
        // A - that ends the class, or stands before another class, is itself.
        if (position + 1 >= source.Length || source[position] != '-' || source[position + 1] is ']' or '[')
            return CodePointSet.Of(first);
        var dash = position++;
        if (Escape(ref position) is { } set) return set.Union(CodePointSet.Of(first, '-'));
        var last = Literal(ref position);
        return first <= last ? CodePointSet.Range(first, last) : throw Error("a range that runs backwards", dash);
    }

    private CodePointSet Posix(ref int position)
    {
        var end = source.IndexOf(":]", position, StringComparison.Ordinal);
        if (end < 0) throw Error("a [: without its :]", position);
        var name = source[(position + 2)..end];
        var set = Property(name.TrimStart('^'), position);
        position = end + 2;
        return name.StartsWith('^') ? set.Complement() : set;
    }

    /// <summary>A backslash sequence that stands for a set; null (and nothing read) where there is none.</summary>
    private CodePointSet? Escape(ref int position)
    {
        if (source[position] != '\\' || position + 1 == source.Length) return null;
        var letter = source[position + 1];
        if (letter is 'p' or 'P') return PropertyEscape(ref position);
        var set = char.ToLowerInvariant(letter) switch
        {
            's' => UnicodeProperties.Space,
            'd' => UnicodeProperties.DecimalDigit,
            'w' => UnicodeProperties.Word,
            'h' => Property("xdigit", position),
            _ => null,
        };
        if (set is null) return null;
        position += 2;
        return char.IsUpper(letter) ? set.Complement() : set;
    }

    private CodePointSet PropertyEscape(ref int position)
    {
        var start = position;
        var negated = source[position + 1] == 'P';
        position += 2;
        string name;
        if (Accept(ref position, "{"))
        {
            var end = source.IndexOf('}', position);
            if (end < 0) throw Error("a { without its }", start);
            name = source[position..end];
            position = end + 1;
            if (name.StartsWith('^')) (name, negated) = (name[1..], !negated);
        }
        else if (position < source.Length)
        {
            name = source[position++].ToString();
        }
        else
        {
            throw Error("a \\p without a name", start);
        }

        var set = Property(name, start);
        return negated ? set.Complement() : set;
    }

    private CodePointSet Property(string name, int position)
    {
        if (_properties.TryGetValue(name, out var known)) return known;
        return _properties[name] =
            UnicodeProperties.Find(name) ?? throw Error($"the unknown property {name}", position);
    }

    private int Literal(ref int position)
    {
        var start = position;
        if (source[position] == '\\')
        {
            if (++position == source.Length) throw Error("a \\ at its end", start);
            if (Control(source[position]) is { } control)
            {
                position++;
                return control;
            }

            if (source[position] is 'x' or 'u') return Hexadecimal(ref position);
            // Any other letter or digit would be a construct that is not known here, such as a back reference.
            if (char.IsAsciiLetterOrDigit(source[position]))
                throw Error($"the unknown escape \\{source[position]}", start);
        }

        Rune.DecodeFromUtf16(source.AsSpan(position), out var rune, out var length);
        position += length;
        return rune.Value;
    }

    private static int? Control(char letter) => letter switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'f' => '\f',
        'v' => '\v',
        'a' => '\a',
        'e' => 0x1B,
        '0' => 0,
        _ => null,
    };

    /// <summary>\xHH, \x{H...} or \uHHHH.</summary>
    private int Hexadecimal(ref int position)
    {
        var start = position - 1;
        var digits = source[position++] == 'u' ? 4 : 2;
        var end = position + digits;
        if (Accept(ref position, "{")) end = source.IndexOf('}', position);
        if (end < 0 || end > source.Length || !int.TryParse(source.AsSpan(position, end - position),
            NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is < 0 or >= CodePointSet.CodePoints)
            throw Error("a broken hexadecimal escape", start);
        position = end < source.Length && source[end] == '}' && source[position - 1] == '{' ? end + 1 : end;
        return value;
    }

    private bool Accept(ref int position, string token)
    {
        if (!source.AsSpan(position).StartsWith(token, StringComparison.Ordinal)) return false;
        position += token.Length;
        return true;
    }

    private FormatException Error(string what, int position) => new($"the pattern {source} has {what} at {position}");
}
