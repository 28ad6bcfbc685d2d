using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Engine.Requests;

namespace Sgl.Bench.Eval;

/// <summary>One question of an eval.jsonl.</summary>
/// <param name="Check">
/// exact: the answer is expect[0]; prefix: it begins so; contains: all of expect occur in it.
/// </param>
/// <param name="Prompt">To be continued as it stands; null for a chat.</param>
/// <param name="Messages">A chat; null for a prompt.</param>
internal sealed record EvalRow(
    string Ability, string Check, IReadOnlyList<string> Expect, string? Prompt, JsonArray? Messages, JsonArray? Tools)
{
    private static readonly string[] _checks = ["exact", "prefix", "contains"];

    /// <exception cref="UserErrorException">The file is missing or a line of it is no question.</exception>
    public static IReadOnlyList<EvalRow> Load(string path)
    {
        if (!File.Exists(path))
            throw new UserErrorException($"--eval-file '{path}': there is no such file.");
        return [.. File.ReadLines(path).Select((line, index) => Parse(line, $"{path}:{index + 1}"))];
    }

    /// <param name="place">For the message when the line is no question.</param>
    public static EvalRow Parse(string line, string place)
    {
        try
        {
            JsonObject row = JsonNode.Parse(line)!.AsObject();
            string[] expect = row["expect"] is JsonArray several
                ? [.. several.Select(text => text!.GetValue<string>())]
                : [row["expect"]!.GetValue<string>()];
            EvalRow parsed = new(
                row["ability"]!.GetValue<string>(),
                row["check"]!.GetValue<string>(),
                expect,
                (row["prompt"] ?? row["raw"])?.GetValue<string>(),
                row["messages"]?.AsArray(),
                row["tools"]?.AsArray());
            bool onePrompt = parsed.Prompt is null != parsed.Messages is null;
            if (!_checks.Contains(parsed.Check) || expect.Length == 0 || !onePrompt)
                throw new FormatException("check, expect or prompt is not as it should be");
            return parsed;
        }
        catch (Exception error) when (
            error is JsonException or FormatException or InvalidOperationException or NullReferenceException)
        {
            string wanted = $"ability, check ({string.Join(", ", _checks)}), expect, and prompt or messages";
            throw new UserErrorException($"{place}: expected {wanted}; {error.Message}", error);
        }
    }

    public bool Passes(string answer) => Check switch
    {
        "exact" => answer.Trim() == Expect[0].Trim(),
        "prefix" => answer.StartsWith(Expect[0], StringComparison.Ordinal),
        _ => Expect.All(part => answer.Contains(part, StringComparison.Ordinal)),
    };
}
