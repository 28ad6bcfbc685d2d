using System.Globalization;
using Sgl.Engine.Requests;

namespace Sgl.Gateway.Flags;

/// <summary>One launch flag: how it is named, explained, read from the options and written to them.</summary>
internal sealed record Flag
{
    private Flag()
    {
    }

    /// <summary>With its dashes, for example --port.</summary>
    public required string Name { get; init; }

    public string? Alias { get; init; }

    /// <summary>What --help calls the value, for example N; null for a switch.</summary>
    public string? Value { get; private init; }

    public required string Help { get; init; }

    /// <summary>What --help says where no value is set.</summary>
    public string? Unset { get; init; }

    /// <summary>Kept out of what the server tells about itself.</summary>
    public bool Secret { get; init; }

    /// <summary>The value in the options; a string, number, bool or null.</summary>
    public required Func<GatewayOptions, object?> Read { get; init; }

    /// <summary>Sets the value from its text.</summary>
    /// <exception cref="UserErrorException">The text is no value of this flag.</exception>
    public required Func<GatewayOptions, string, GatewayOptions> Apply { get; init; }

    public bool IsSwitch => Value is null;

    /// <summary>As SGLang names it in JSON, for example max_total_tokens.</summary>
    public string Key => Name[2..].Replace('-', '_');

    public static Flag Switch(
        string name, string help, Func<GatewayOptions, bool> read, Func<GatewayOptions, GatewayOptions> apply) =>
        new() { Name = name, Help = help, Read = options => read(options), Apply = (options, _) => apply(options) };

    public static Flag Text(
        string name, string value, string help, Func<GatewayOptions, string?> read,
        Func<GatewayOptions, string, GatewayOptions> apply) => new()
        {
            Name = name,
            Value = value,
            Help = help,
            Read = read,
            Apply = (options, text) => text.Length > 0 ? apply(options, text) : throw Wrong(name, text, $"a {value}"),
        };

    public static Flag Choice(
        string name, string[] choices, string help, Func<GatewayOptions, string> read,
        Func<GatewayOptions, string, GatewayOptions> apply) => new()
        {
            Name = name,
            Value = string.Join('|', choices),
            Help = help,
            Read = read,
            Apply = (options, text) =>
                choices.Contains(text) ? apply(options, text)
                    : throw Wrong(name, text, $"one of {string.Join(", ", choices)}"),
        };

    public static Flag Integer(
        string name, (int Min, int Max) range, string help, Func<GatewayOptions, int?> read,
        Func<GatewayOptions, int, GatewayOptions> apply) => new()
        {
            Name = name,
            Value = "N",
            Help = help,
            Read = options => read(options),
            Apply = (options, text) =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value)
                    && value >= range.Min && value <= range.Max
                    ? apply(options, value) : throw Wrong(name, text, InRange("an integer", range.Min, range.Max)),
        };

    public static Flag Number(
        string name, (double Above, double Max) range, string help, Func<GatewayOptions, double> read,
        Func<GatewayOptions, double, GatewayOptions> apply) => new()
        {
            Name = name,
            Value = "X",
            Help = help,
            Read = options => read(options),
            Apply = (options, text) =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                    && value > range.Above && value <= range.Max
                    ? apply(options, value)
                    : throw Wrong(name, text, string.Create(
                        CultureInfo.InvariantCulture, $"a number above {range.Above}, at most {range.Max}")),
        };

    /// <summary>The one line that a bad value of a flag gets.</summary>
    public static UserErrorException Wrong(string name, string text, string expected) =>
        new($"{name} '{text}': expected {expected}.");

    private static string InRange(string kind, int min, int max) => (min, max) switch
    {
        (int.MinValue, int.MaxValue) => kind,
        (_, int.MaxValue) => $"{kind}, {min} or more",
        _ => $"{kind} from {min} to {max}",
    };
}
