using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Http;
using Sgl.Bench.Reporting;

namespace Sgl.Bench.Eval;

/// <summary>Asks a server the questions that its model should be able to answer, greedily, and counts.</summary>
internal static class EvalCommand
{
    private static readonly JsonSerializerOptions _readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Command { get; } = new(
        "eval",
        "asks the questions of an eval.jsonl over HTTP and counts the right answers",
        [
            .. ServerFlags.All,
            new("--eval-file", "PATH", null, "the questions; else the embedded model's"),
            new("--min-correct", "N", "246", "fewer right answers than this are exit code 1"),
            new("--max-tokens", "N", "256", "longest answer"),
            new("--parallel", "N", "8", "questions under way at a time"),
            new("--show-failures", null, null, "print what was asked for and what came"),
        ],
        RunAsync);

    private static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellation)
    {
        string path = flags.TextOrNull("--eval-file") ?? Path.Combine(EmbeddedModel.Folder(), "eval.jsonl");
        IReadOnlyList<EvalRow> rows = EvalRow.Load(path);
        int least = flags.Integer("--min-correct", 0);
        int maxTokens = flags.Integer("--max-tokens", 1);
        ParallelOptions parallel = new()
        {
            MaxDegreeOfParallelism = flags.Integer("--parallel", 1),
            CancellationToken = cancellation,
        };

        using ServerClient server = await ServerFlags.ConnectAsync(flags, cancellation);
        string[] answers = new string[rows.Count];
        using (ProgressBar progress = ProgressBar.OnStandardError("eval", rows.Count))
        {
            int done = 0;
            await Parallel.ForAsync(0, rows.Count, parallel, async (i, stop) =>
            {
                answers[i] = await AskAsync(server, rows[i], maxTokens, stop);
                progress.Report(Interlocked.Increment(ref done), "questions");
            });
        }

        if (flags.Has("--show-failures"))
        {
            foreach ((EvalRow row, string answer) in rows.Zip(answers).Where(pair => !pair.First.Passes(pair.Second)))
                Console.WriteLine($"{row.Ability}: {row.Check} {ToJson(row.Expect)}, got {ToJson([answer])}");
        }
        int correct = rows.Zip(answers, (row, answer) => row.Passes(answer)).Count(passes => passes);
        JsonObject result = new() { ["correct"] = correct, ["total"] = rows.Count, ["min_correct"] = least };
        Console.WriteLine(Score(rows, answers));
        Console.WriteLine(result.ToJsonString());
        return correct >= least ? 0 : 1;
    }

    /// <summary>The text of the answer at temperature 0.</summary>
    private static async Task<string> AskAsync(
        ServerClient server, EvalRow row, int maxTokens, CancellationToken cancellation)
    {
        JsonObject body = new() { ["model"] = "default", ["temperature"] = 0, ["max_tokens"] = maxTokens };
        if (row.Prompt is not null)
        {
            body["prompt"] = row.Prompt;
            JsonObject completion = await server.PostAsync("v1/completions", body, cancellation);
            return completion["choices"]![0]!["text"]!.GetValue<string>();
        }
        body["messages"] = row.Messages!.DeepClone();
        if (row.Tools is not null)
            body["tools"] = row.Tools.DeepClone();
        JsonObject chat = await server.PostAsync("v1/chat/completions", body, cancellation);
        return chat["choices"]![0]!["message"]!["content"]?.GetValue<string>() ?? "";
    }

    private static Table Score(IReadOnlyList<EvalRow> rows, string[] answers)
    {
        Table table = new("ability", "correct", "of", "%");
        (string Ability, bool Passes)[] results =
            [.. rows.Zip(answers, (row, answer) => (row.Ability, row.Passes(answer)))];
        foreach (IGrouping<string, (string, bool Passes)> ability in results.GroupBy(result => result.Ability))
            Add(ability.Key, ability.Count(result => result.Passes), ability.Count());
        Add("total", results.Count(result => result.Passes), results.Length);
        return table;

        void Add(string name, int correct, int asked) => table.Add(
            name, $"{correct}", $"{asked}", (100.0 * correct / asked).ToString("0.0", CultureInfo.InvariantCulture));
    }

    private static string ToJson(IEnumerable<string> texts) =>
        JsonSerializer.Serialize(texts, _readable);
}
