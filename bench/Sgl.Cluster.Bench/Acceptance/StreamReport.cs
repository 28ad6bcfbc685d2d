using System.Globalization;
using Sgl.Bench.Reporting;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>What came of all streams of a run.</summary>
/// <param name="StruckAfter">Seconds until the fault.</param>
/// <param name="WholeAfter">Seconds until the fault was over.</param>
internal sealed record StreamReport(
    string Fault, StreamCase[] Cases, StreamOutcome[] Outcomes, double StruckAfter, double WholeAfter, double Seconds)
{
    public static Table Table() => new(
        "fault", "streams", "exact", "wrong", "cut", "largest gap", "median first token", "p99", "reconnects",
        "refusals", "fault at", "until", "all done");

    /// <summary>The streams that ended without an answer, with what ended them.</summary>
    public IEnumerable<string> Cut => Outcomes.Index().Where(one => one.Item.Error is not null)
        .Select(one => $"stream {one.Index}: {one.Item.Error}");

    /// <summary>The streams that ended otherwise than in an undisturbed run.</summary>
    public IEnumerable<string> Wrong(StreamReport undisturbed) => Outcomes.Index()
        .Where(one => one.Item.Error is null && !one.Item.Answers.SequenceEqual(undisturbed.Outcomes[one.Index].Answers))
        .Select(one => $"stream {one.Index}: {string.Join(' ', one.Item.Answers)}\n  instead of "
            + string.Join(' ', undisturbed.Outcomes[one.Index].Answers));

    public double LargestGap => Outcomes.Max(one => one.LargestGapSeconds);

    public void AddTo(Table table, StreamReport undisturbed)
    {
        int cut = Cut.Count();
        int wrong = Wrong(undisturbed).Count();
        double[] first = [.. Outcomes.Select(one => one.FirstTokenSeconds).Order()];
        table.Add(
            Fault, $"{Outcomes.Length}", $"{Outcomes.Length - cut - wrong}", $"{wrong}", $"{cut}",
            Seconds2(LargestGap), Seconds2(first[first.Length / 2]), Seconds2(first[first.Length * 99 / 100]),
            $"{Outcomes.Sum(one => one.Reconnects)}", $"{Outcomes.Sum(one => one.Refusals)}",
            Seconds2(StruckAfter), Seconds2(WholeAfter), Seconds2(Seconds));

        static string Seconds2(double seconds) => seconds.ToString("0.00 s", CultureInfo.InvariantCulture);
    }
}
