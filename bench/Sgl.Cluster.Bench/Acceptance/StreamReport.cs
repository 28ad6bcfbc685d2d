using System.Globalization;
using Sgl.Bench.Reporting;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>What came of all streams of a run.</summary>
/// <param name="StruckAfter">Seconds until the fault.</param>
/// <param name="WholeAfter">Seconds until the fault was over.</param>
internal sealed record StreamReport(
    string Fault, (int Case, StreamOutcome Outcome)[] Streams, double StruckAfter, double WholeAfter, double Seconds)
{
    public static Table Table() => new(
        "fault", "streams", "exact", "wrong", "cut", "largest gap", "median first token", "p99", "reconnects",
        "refusals", "fault at", "until", "all done");

    /// <summary>The streams that ended without an answer, with what ended them.</summary>
    public string[] Cut => [.. Streams.Where(stream => stream.Outcome.Error is not null)
        .Select(stream => $"case {stream.Case} is cut: {stream.Outcome.Error}")];

    public double LargestGap => Streams.Max(stream => stream.Outcome.LargestGapSeconds);

    public int Reconnects => Streams.Sum(stream => stream.Outcome.Reconnects);

    /// <summary>The streams that ended otherwise than in an undisturbed run.</summary>
    public string[] Wrong(StreamReport undisturbed)
    {
        ILookup<int, StreamOutcome> right =
            undisturbed.Streams.ToLookup(stream => stream.Case, stream => stream.Outcome);
        return
        [
            .. from stream in Streams
               where stream.Outcome.Error is null
               let expected = right[stream.Case].First().Answers
               where !stream.Outcome.Answers.SequenceEqual(expected)
               select $"case {stream.Case} is wrong: {string.Join(' ', stream.Outcome.Answers)}\n"
                   + $"  instead of {string.Join(' ', expected)}",
        ];
    }

    public void AddTo(Table table, StreamReport undisturbed)
    {
        int cut = Cut.Length;
        int wrong = Wrong(undisturbed).Length;
        double[] first = [.. Streams.Select(stream => stream.Outcome.FirstTokenSeconds).Order()];
        table.Add(
            Fault, $"{Streams.Length}", $"{Streams.Length - cut - wrong}", $"{wrong}", $"{cut}",
            Time(LargestGap), Time(first[first.Length / 2]), Time(first[first.Length * 99 / 100]),
            $"{Reconnects}", $"{Streams.Sum(stream => stream.Outcome.Refusals)}",
            Time(StruckAfter), Time(WholeAfter), Time(Seconds));

        static string Time(double seconds) => seconds.ToString("0.00 s", CultureInfo.InvariantCulture);
    }
}
