using System.Text.Json.Nodes;
using Sgl.Engine.Text;
using Sgl.Engine.Text.Jinja;
using Sgl.Engine.Text.Jinja.Python;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text.Jinja;

/// <summary>
/// Templates with what Jinja2 itself makes of them; tests/Fixtures/jinja/make_cases.py wrote both down.
/// </summary>
public sealed class JinjaCasesTests
{
    private static readonly JsonNode _file =
        JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Fixtures("jinja"), "cases.json")))!;

    public static TheoryData<string, string, string> Cases
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var row in _file["cases"]!.AsArray())
            {
                var (kind, result) = row!.AsObject().Last();
                rows.Add(row["template"]!.ToString(), kind, result!.ToString());
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ATemplateGivesWhatJinjaGives(string template, string kind, string result) =>
        Assert.Equal((kind, result), Run(template));

    private static (string Kind, string Result) Run(string source)
    {
        try
        {
            var template = new JinjaTemplate(source);
            var variables = _file["variables"]!.AsObject().ToDictionary(v => v.Key, v => JsonValues.FromJson(v.Value));
            return ("ok", template.Render(variables, new FixedTime()));
        }
        catch (JinjaSyntaxException e)
        {
            // The words are ours; the line is to be the same.
            return ("syntax", e.Message.Split(':')[0]["line ".Length..]);
        }
        catch (ChatTemplateException e)
        {
            return ("error", e.Message);
        }
    }

    private sealed class FixedTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2024, 2, 5, 14, 3, 9, TimeSpan.Zero);
    }
}
