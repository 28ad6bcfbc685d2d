using Sgl.Bench.Eval;
using Sgl.Engine.Requests;
using Sgl.TestSupport;

namespace Sgl.Bench.Tests.Eval;

public sealed class EvalRowTests
{
    [Theory]
    [InlineData("exact", "\"Yes\"", "Yes", true)]
    [InlineData("exact", "[\"Yes\"]", " Yes\n", true)]
    [InlineData("exact", "\"Yes\"", "Yes.", false)]
    [InlineData("prefix", "\" Oslo\"", " Oslo, the", true)]
    [InlineData("prefix", "\" Oslo\"", "Oslo", false)]
    [InlineData("contains", "[\"swan\", \"stripe\"]", "A stripe and a swan.", true)]
    [InlineData("contains", "[\"swan\", \"stripe\"]", "A Stripe and a swan.", false)]
    public void Checks_mean_what_they_say(string check, string expect, string answer, bool passes) =>
        Assert.Equal(passes, Row($$"""{"ability": "a", "check": "{{check}}", "expect": {{expect}}, "raw": "x"}""")
            .Passes(answer));

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"ability": "a", "check": "exact", "expect": "x"}""")]
    [InlineData("""{"ability": "a", "check": "exact", "expect": "x", "prompt": "p", "messages": []}""")]
    [InlineData("""{"ability": "a", "check": "like", "expect": "x", "prompt": "p"}""")]
    [InlineData("""{"ability": "a", "check": "exact", "expect": [], "prompt": "p"}""")]
    [InlineData("""{"ability": "a", "check": "exact", "prompt": "p"}""")]
    [InlineData("""{"check": "exact", "expect": "x", "prompt": "p"}""")]
    public void A_line_that_is_no_question_is_refused_with_its_place(string line) =>
        Assert.StartsWith("e.jsonl:3: ", Assert.Throws<UserErrorException>(() => Row(line)).Message);

    [Fact]
    public void The_embedded_models_questions_are_all_read()
    {
        IReadOnlyList<EvalRow> rows = EvalRow.Load(Path.Combine(Repository.TinyModel, "eval.jsonl"));
        Assert.Equal(274, rows.Count);
        Assert.Equal(14, rows.Count(row => row.Prompt is not null));
        Assert.Equal(24, rows.Count(row => row.Tools is not null));
    }

    private static EvalRow Row(string line) => EvalRow.Parse(line, "e.jsonl:3");
}
