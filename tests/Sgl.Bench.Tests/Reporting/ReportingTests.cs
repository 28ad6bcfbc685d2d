using Sgl.Bench.Reporting;

namespace Sgl.Bench.Tests.Reporting;

public sealed class ReportingTests
{
    [Fact]
    public void A_table_aligns_its_columns()
    {
        Table table = new("what", "ms");
        table.Add("a", "1.00");
        table.Add("longer", "10.00");
        Assert.Equal(["what       ms", "a        1.00", "longer  10.00"], Lines(table.ToString()));
    }

    [Theory]
    [InlineData(0, "run [..............................] 0/8 1.5 s")]
    [InlineData(4, "run [###############...............] 4/8 1.5 s")]
    [InlineData(9, "run [##############################] 9/8 1.5 s")]
    public void A_bar_shows_the_part_that_is_done(double done, string expected) =>
        Assert.Equal(expected, ProgressBar.Render("run", done, 8, 1.5, ""));

    [Fact]
    public void On_a_terminal_a_bar_is_drawn_over_and_elsewhere_it_takes_few_lines()
    {
        StringWriter terminal = new();
        using (ProgressBar bar = new("run", 2, terminal, interactive: true))
            bar.Report(2);
        Assert.StartsWith("\rrun [", terminal.ToString());
        Assert.EndsWith("\n", terminal.ToString());

        StringWriter log = new();
        using (ProgressBar bar = new("run", 1000, log, interactive: false))
        {
            for (int i = 1; i <= 1000; i++)
                bar.Report(i);
        }
        Assert.InRange(Lines(log.ToString()).Length, 2, 20);
        Assert.Contains("1000/1000", log.ToString());
    }

    private static string[] Lines(string text) => text.TrimEnd().Split(Environment.NewLine);
}
