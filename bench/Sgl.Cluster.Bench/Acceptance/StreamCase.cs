using System.Text.Json.Nodes;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>One seeded request, of which everyone must make the same tokens.</summary>
/// <param name="Choices">Its n.</param>
internal sealed record StreamCase(int Number, JsonObject Body, int Choices, int MaxNewTokens)
{
    private static readonly string[] _prompts =
    [
        "Once upon a time, there was a little fox who",
        "The capital of France is",
        "In the middle of the night the old clock",
        "A recipe for bread begins with",
        "The ship left the harbor and",
    ];

    /// <summary>Every second at temperature 1, one in ten with n = 2, one in ten with log probabilities.</summary>
    public static StreamCase[] Make(int count, int maxNewTokens) =>
        [.. Enumerable.Range(0, count).Select(i => One(i, maxNewTokens))];

    private static StreamCase One(int number, int maxNewTokens)
    {
        int choices = number % 10 == 3 ? 2 : 1;
        JsonObject sampling = new()
        {
            ["temperature"] = number % 2,
            ["sampling_seed"] = 1000 + number,
            ["max_new_tokens"] = maxNewTokens,
            ["ignore_eos"] = true,
            ["n"] = choices,
        };
        // One in ten ends on a stop string, wherever that comes.
        if (number % 10 == 8)
            sampling["stop"] = new JsonArray(" the");
        JsonObject body = new()
        {
            ["text"] = $"{_prompts[number % _prompts.Length]} {number / _prompts.Length} ",
            ["sampling_params"] = sampling,
            ["return_logprob"] = number % 10 is 5 or 6,
            ["top_logprobs_num"] = number % 10 == 6 ? 2 : 0,
            ["stream"] = true,
        };
        return new StreamCase(number, body, choices, maxNewTokens);
    }
}
