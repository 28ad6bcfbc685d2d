using System.Globalization;
using System.Text.RegularExpressions;

namespace Sgl.Gateway.Tests.Support;

/// <summary>
/// Prometheus' text format 0.0.4, read as strictly as its specification allows: what is not in it fails the test.
/// </summary>
internal sealed partial class Exposition
{
    /// <summary>Between a name and its labels; no test has a label with it.</summary>
    private const char Separator = '\u0001';

    private readonly Dictionary<string, double> _samples = [];
    private readonly Dictionary<string, string> _types = [];
    private readonly HashSet<string> _helped = [];
    private string _family = "";

    private Exposition()
    {
    }

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    public static Exposition Parse(string text)
    {
        Exposition parsed = new();
        Assert.EndsWith("\n", text);
        foreach (string line in text[..^1].Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
                parsed.ReadHelp(line);
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
                parsed.ReadType(line);
            else
                parsed.ReadSample(line);
        }

        parsed.CheckHistograms();
        return parsed;
    }

    /// <param name="labels">As name=value, in any order; all that the sample has.</param>
    public double this[string name, params string[] labels] => _samples[Key(name, labels)];

    public bool Has(string name, params string[] labels) => _samples.ContainsKey(Key(name, labels));

    /// <summary>Over all labels.</summary>
    public double Sum(string name) => _samples.Where(one => one.Key.Split(Separator)[0] == name).Sum(one => one.Value);

    private static string Key(string name, IEnumerable<string> labels) =>
        string.Join(Separator, labels.Order(StringComparer.Ordinal).Prepend(name));

    private void ReadHelp(string line)
    {
        Match match = HelpLine().Match(line);
        Assert.True(match.Success, line);
        _family = match.Groups[1].Value;
        Assert.True(_helped.Add(_family), $"A second block of {_family}.");
    }

    private void ReadType(string line)
    {
        Match match = TypeLine().Match(line);
        Assert.True(match.Success, line);
        Assert.Equal(_family, match.Groups[1].Value);
        _types.Add(_family, match.Groups[2].Value);
    }

    private void ReadSample(string line)
    {
        Match match = SampleLine().Match(line);
        Assert.True(match.Success, line);
        string name = match.Groups["name"].Value;
        bool histogram = _types[_family] == "histogram";
        string[] names = histogram ? [_family + "_bucket", _family + "_sum", _family + "_count"] : [_family];
        Assert.Contains(name, names);
        List<string> labels = [];
        foreach ((Capture label, Capture value) in match.Groups["label"].Captures.Zip(match.Groups["value"].Captures))
            labels.Add($"{label.Value}={Unescape(value.Value)}");
        Assert.Equal(labels.Count, labels.Select(label => label.Split('=')[0]).Distinct().Count());
        Assert.True(_samples.TryAdd(Key(name, labels), Number(match.Groups["number"].Value)), $"Twice: {line}");
    }

    /// <summary>Buckets grow with their bounds, and the last one is +Inf and the count.</summary>
    private void CheckHistograms()
    {
        foreach (string family in _types.Where(type => type.Value == "histogram").Select(type => type.Key))
        {
            var series = _samples.Where(one => one.Key.Split(Separator)[0] == family + "_bucket")
                .GroupBy(one => Key("", Labels(one.Key).Where(label => !label.StartsWith("le="))));
            foreach (var buckets in series)
            {
                double[] bounds = [.. buckets.Select(
                    one => Number(Labels(one.Key).Single(label => label.StartsWith("le="))[3..]))];
                Assert.Equal(bounds.Order().Distinct(), bounds);
                Assert.Equal(double.PositiveInfinity, bounds[^1]);
                double[] counts = [.. buckets.Select(one => one.Value)];
                Assert.Equal(counts.Order(), counts);
                Assert.Equal(_samples[family + "_count" + buckets.Key], counts[^1]);
                Assert.True(_samples.ContainsKey(family + "_sum" + buckets.Key));
            }
        }
    }

    private static IEnumerable<string> Labels(string key) => key.Split(Separator).Skip(1);

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static string Unescape(string text) => EscapedCharacter().Replace(
        text, match => match.Value switch { "\\n" => "\n", "\\\"" => "\"", _ => "\\" });

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\]|\\\\|\\n)+$")]
    private static partial Regex HelpLine();

    [GeneratedRegex(@"^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex("""
        ^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)
        (?:\{(?:
            (?<label>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>(?:[^\\"\n]|\\\\|\\"|\\n)*)"
            (?:,(?!\})|(?=\}))
        )+\})?
        [ ](?<number>[+-]?(?:Inf|[0-9.]+(?:[eE][+-]?[0-9]+)?)|NaN)$
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex SampleLine();

    [GeneratedRegex(@"\\.")]
    private static partial Regex EscapedCharacter();
}
