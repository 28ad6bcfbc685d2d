namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>The code point sets that patterns name: general categories, the usual classes and a few scripts.</summary>
internal static class UnicodeProperties
{
    // Blocks of code points, first and last of each, as the script property of Unicode gives them.
    private static readonly Dictionary<string, int[]> _scripts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["han"] =
        [
            0x2E80, 0x2E99, 0x2E9B, 0x2EF3, 0x2F00, 0x2FD5, 0x3005, 0x3005, 0x3007, 0x3007, 0x3021, 0x3029,
            0x3038, 0x303B, 0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xF900, 0xFA6D, 0xFA70, 0xFAD9, 0x16FE2, 0x16FE3,
            0x16FF0, 0x16FF1, 0x20000, 0x2A6DF, 0x2A700, 0x2B739, 0x2B740, 0x2B81D, 0x2B820, 0x2CEA1,
            0x2CEB0, 0x2EBE0,
            0x2EBF0, 0x2EE5D, 0x2F800, 0x2FA1D, 0x30000, 0x3134A, 0x31350, 0x323AF,
        ],
        ["hiragana"] =
        [
            0x3041, 0x3096, 0x309D, 0x309F, 0x1B001, 0x1B11F, 0x1B132, 0x1B132, 0x1B150, 0x1B152, 0x1F200, 0x1F200,
        ],
        ["katakana"] =
        [
            0x30A1, 0x30FA, 0x30FD, 0x30FF, 0x31F0, 0x31FF, 0x32D0, 0x32FE, 0x3300, 0x3357, 0xFF66, 0xFF6F,
            0xFF71, 0xFF9D, 0x1AFF0, 0x1AFF3, 0x1AFF5, 0x1AFFB, 0x1AFFD, 0x1AFFE, 0x1B000, 0x1B000,
            0x1B120, 0x1B122, 0x1B155, 0x1B155, 0x1B164, 0x1B167,
        ],
        ["hangul"] =
        [
            0x1100, 0x11FF, 0x302E, 0x302F, 0x3131, 0x318E, 0x3200, 0x321E, 0x3260, 0x327E, 0xA960, 0xA97C,
            0xAC00, 0xD7A3, 0xD7B0, 0xD7C6, 0xD7CB, 0xD7FB, 0xFFA0, 0xFFBE, 0xFFC2, 0xFFC7, 0xFFCA, 0xFFCF,
            0xFFD2, 0xFFD7, 0xFFDA, 0xFFDC,
        ],
    };

    private static readonly string[] _categoryNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly Dictionary<string, string> _longNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = "L",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Punctuation"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Decimal_Number"] = "Nd",
    };

    private static readonly CodePointSet _letterSymbols =
        Blocks([0x24B6, 0x24E9, 0x1F130, 0x1F149, 0x1F150, 0x1F169, 0x1F170, 0x1F189]);

    /// <summary>White_Space of Unicode: what \s means.</summary>
    public static CodePointSet Space { get; } = Categories("Z").Union(Blocks([9, 13, 0x85, 0x85]));

    /// <summary>
    /// Letters, marks, digits and connectors, letters in circles and Latin-1's numbers: what \w means.
    /// </summary>
    public static CodePointSet Word { get; } = Categories("L", "M", "Nd", "Nl", "Pc").Union(_letterSymbols)
        .Union(Blocks([0xB2, 0xB3, 0xB9, 0xB9, 0xBC, 0xBE]));

    /// <summary>What \w means to Rust's regular expressions, by which a few components work.</summary>
    public static CodePointSet RustWord { get; } =
        Categories("L", "M", "Nd", "Nl", "Pc").Union(_letterSymbols).Union(CodePointSet.Range(0x200C, 0x200D));

    public static CodePointSet Any { get; } = CodePointSet.Range(0, CodePointSet.CodePoints - 1);

    /// <summary>What a dot means.</summary>
    public static CodePointSet NoNewline { get; } = CodePointSet.Of('\n').Complement();

    public static CodePointSet DecimalDigit { get; } = Categories("Nd");

    /// <summary>The set that \p{name} or [:name:] stands for, or null when the name is not known.</summary>
    public static CodePointSet? Find(string name)
    {
        name = name.Replace(" ", "");
        if (name.Contains('=')) name = name[(name.IndexOf('=') + 1)..];
        if (_scripts.TryGetValue(name, out var blocks)) return Blocks(blocks);
        if (_longNames.TryGetValue(name, out var shortName)) name = shortName;
        if (name.Length <= 2 && Array.Exists(_categoryNames, c => IsPartOf(c, name))) return Categories(name);
        return name.ToLowerInvariant() switch
        {
            "digit" => DecimalDigit,
            "xdigit" => Blocks(['0', '9', 'A', 'F', 'a', 'f']),
            "punct" => Categories("P", "S"),
            "space" or "white_space" => Space,
            "blank" => Categories("Zs").Union(CodePointSet.Of('\t')),
            "cntrl" => Categories("Cc"),
            "word" => Word,
            "any" => Any,
            "ascii" => CodePointSet.Range(0, 127),
            _ => null,
        };
    }

    /// <param name="names">General categories by their short names, such as Lu, or groups of them, such as L.</param>
    public static CodePointSet Categories(params string[] names)
    {
        var wanted = 0u;
        for (var i = 0; i < _categoryNames.Length; i++)
        {
            if (Array.Exists(names, name => IsPartOf(_categoryNames[i], name))) wanted |= 1u << i;
        }

        return CodePointSet.OfCategories(wanted);
    }

    private static bool IsPartOf(string category, string name) =>
        category.StartsWith(name, StringComparison.OrdinalIgnoreCase) && name.Length > 0;

    private static CodePointSet Blocks(int[] ends)
    {
        var set = CodePointSet.Of();
        for (var i = 0; i < ends.Length; i += 2) set = set.Union(CodePointSet.Range(ends[i], ends[i + 1]));
        return set;
    }
}
