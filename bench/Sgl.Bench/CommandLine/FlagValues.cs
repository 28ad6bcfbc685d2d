using System.Globalization;
using Sgl.Engine.Requests;

namespace Sgl.Bench.CommandLine;

/// <summary>
/// What a command line says about a command's flags. As in SGLang's tools a flag may be cut to any prefix that only it
/// has, its value follows it or an equals sign, and underscores are dashes.
/// </summary>
internal sealed class FlagValues
{
    private readonly Command _command;
    private readonly Dictionary<string, string[]> _given = [];

    private FlagValues(Command command) => _command = command;

    /// <exception cref="UserErrorException">An unknown or ambiguous flag, a missing or a surplus value.</exception>
    public static FlagValues Parse(Command command, IReadOnlyList<string> args)
    {
        FlagValues values = new(command);
        for (int i = 0; i < args.Count;)
        {
            string[] parts = args[i++].Split('=', 2);
            Flag flag = values.Find(parts[0]);
            List<string> given = [.. parts.Skip(1)];
            if (flag.IsSwitch && given.Count > 0)
                throw new UserErrorException($"{flag.Name} '{given[0]}': this flag takes no value.");
            bool open = !flag.IsSwitch && given.Count == 0;
            while (open && i < args.Count && !IsFlag(args[i]))
            {
                given.Add(args[i++]);
                open = flag.TakesSeveral;
            }
            if (!flag.IsSwitch && given.Count == 0)
                throw new UserErrorException($"{flag.Name}: its value is missing; expected {flag.Name} {flag.Value}.");
            values._given[flag.Name] = [.. given];
        }
        return values;
    }

    public bool Has(string name) => _given.ContainsKey(name);

    /// <summary>The value given, else the default; null where there is neither.</summary>
    public string? TextOrNull(string name) => Texts(name).FirstOrDefault();

    public string Text(string name) =>
        TextOrNull(name) ?? throw new UserErrorException($"{name} is missing; see Sgl.Bench {_command.Name} --help.");

    /// <summary>All values given, else the default's.</summary>
    public string[] Texts(string name)
    {
        if (_given.TryGetValue(name, out string[]? given))
            return given;
        return _command.Flags.Single(flag => flag.Name == name).Default?.Split(' ') ?? [];
    }

    public string Choice(string name, params string[] choices)
    {
        string text = Text(name);
        return choices.Contains(text) ? text : throw Wrong(name, text, $"one of {string.Join(", ", choices)}");
    }

    public int Integer(string name, int min) => ToInteger(name, Text(name), min);

    public int? IntegerOrNull(string name, int min) =>
        TextOrNull(name) is string text ? ToInteger(name, text, min) : null;

    public int[] Integers(string name, int min) => [.. Texts(name).Select(text => ToInteger(name, text, min))];

    /// <param name="max">"inf" is read as infinity where this allows it.</param>
    public double Number(string name, double min, double max)
    {
        string text = Text(name);
        double value = double.NaN;
        if (text == "inf")
            value = double.PositiveInfinity;
        else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed))
            value = parsed;
        string expected = double.IsInfinity(max) ? $"a number, {min} or more, or inf" : $"a number from {min} to {max}";
        return value >= min && value <= max ? value : throw Wrong(name, text, expected);
    }

    private static bool IsFlag(string text) => text.StartsWith("--", StringComparison.Ordinal);

    private static UserErrorException Wrong(string name, string text, string expected) =>
        new($"{name} '{text}': expected {expected}.");

    private static int ToInteger(string name, string text, int min) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min
            ? value
            : throw Wrong(name, text, $"a whole number, {min} or more");

    private Flag Find(string text)
    {
        string name = text.Replace('_', '-');
        Flag[] found = [.. _command.Flags.Where(flag => flag.Name == name)];
        if (found.Length == 0 && name.Length > 2 && IsFlag(name))
            found = [.. _command.Flags.Where(flag => flag.Name.StartsWith(name, StringComparison.Ordinal))];
        return found.Length switch
        {
            1 => found[0],
            0 => throw new UserErrorException(
                $"'{text}' is no flag of {_command.Name}; Sgl.Bench {_command.Name} --help lists them."),
            _ => throw new UserErrorException(
                $"'{text}' could be {string.Join(" or ", found.Select(flag => flag.Name))}; write more of it."),
        };
    }
}
