using static Sgl.Engine.Sampling.Grammar.GrammarNode;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>Strings by length, pattern or format. A pattern stands for the whole string, as in xgrammar.</summary>
internal static class StringSchema
{
    private const string Year = @"(000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d{3})";
    private const string Day = @"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)"
        + @"|02-(0[1-9]|1\d|2[0-8]))";
    private const string Time = @"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-3]):[0-5]\d)";
    private const string Label = "[A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?";
    private const string Host = Label + @"(\." + Label + "){0,5}";
    private const string Byte = @"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)";

    /// <summary>Each of a form that is valid; not every valid one is of the form.</summary>
    private static readonly Dictionary<string, string> _formats = new()
    {
        ["date"] = $"{Year}-{Day}",
        ["time"] = Time,
        ["date-time"] = $"{Year}-{Day}T{Time}",
        ["duration"] = @"P(\d{1,4}D(T\d{1,4}[HMS])?|\d{1,4}[YMW]|T\d{1,4}[HMS])",
        ["uuid"] = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
        ["email"] = @"[A-Za-z0-9_+-]{1,32}(\.[A-Za-z0-9_+-]{1,16}){0,2}@" + Label + @"(\." + Label + "){1,4}",
        ["hostname"] = Host,
        ["ipv4"] = $@"({Byte}\.){{3}}{Byte}",
        ["ipv6"] = "([0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}",
        ["uri"] = $"(https?|ftp)://{Host}(:[1-9][0-9]{{0,3}})?(/[A-Za-z0-9._~-]{{0,40}}){{0,8}}",
    };

    public static GrammarNode Compile(SchemaPlace schema, JsonText json)
    {
        int? minimum = schema.FindCount("minLength"), maximum = schema.FindCount("maxLength");
        string? pattern = schema.FindText("pattern"), format = schema.FindText("format");
        bool counted = minimum > 0 || maximum is not null;
        if ((pattern is null ? 0 : 1) + (format is null ? 0 : 1) + (counted ? 1 : 0) > 1)
            throw schema.Fault("a string may have one of pattern, format, and minLength with maxLength");
        if (maximum < minimum)
            throw schema.Fault($"minLength, {minimum}, is more than maxLength, {maximum}");
        if (pattern is not null)
            return JsonText.Quoted(Pattern(schema.Find("pattern")!.Value, pattern));
        if (format is not null)
            return _formats.TryGetValue(format, out string? form) ? JsonText.Quoted(RegexParser.Parse(form))
                : throw schema.Find("format")!.Value.Fault(
                    $"the format '{format}' is not supported; known are {string.Join(", ", _formats.Keys.Order())}");
        return counted
            ? JsonText.Quoted(new Repeat(JsonText.CountedCharacter, minimum ?? 0, maximum)) : json.String;
    }

    /// <summary>A regular expression, as the content of a string.</summary>
    public static GrammarNode Pattern(SchemaPlace place, string pattern)
    {
        try
        {
            return JsonText.Escape(RegexParser.Parse(pattern));
        }
        catch (GrammarException error)
        {
            throw place.Fault($"in the pattern: {error.Message.TrimEnd('.')}");
        }
    }
}
