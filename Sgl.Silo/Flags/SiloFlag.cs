using System.Globalization;
using Sgl.Gateway.Flags;

namespace Sgl.Silo.Flags;

/// <summary>A flag that the gateway alone does not have.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Value">What --help calls its value.</param>
/// <param name="Help">One line; says the default.</param>
/// <param name="Apply">Sets the value from its text, or throws what is wrong with it.</param>
internal sealed record SiloFlag(string Name, string Value, string Help, Func<SiloOptions, string, SiloOptions> Apply)
{
    public static SiloFlag Text(string name, string value, string help, Func<SiloOptions, string, SiloOptions> apply) =>
        new(name, value, help, apply);

    public static SiloFlag Choice(
        string name, IReadOnlyList<string> choices, string help, Func<SiloOptions, string, SiloOptions> apply) =>
        new(name, string.Join('|', choices), help, (options, text) => choices.Contains(text)
            ? apply(options, text)
            : throw Flag.Wrong(name, text, $"one of {string.Join(", ", choices)}"));

    public static SiloFlag Integer(
        string name, int min, string help, Func<SiloOptions, int, SiloOptions> apply) =>
        new(name, "N", help, (options, text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min
                ? apply(options, value)
                : throw Flag.Wrong(name, text, $"an integer, {min} or more"));

    public static SiloFlag Seconds(
        string name, double min, string help, Func<SiloOptions, TimeSpan, SiloOptions> apply) =>
        new(name, "S", help, (options, text) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && value >= min && value <= 86400
                ? apply(options, TimeSpan.FromSeconds(value))
                : throw Flag.Wrong(
                    name, text, string.Create(CultureInfo.InvariantCulture, $"seconds from {min} to 86400")));
}
