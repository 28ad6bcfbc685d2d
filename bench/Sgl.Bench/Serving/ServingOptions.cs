using Sgl.Bench.CommandLine;

namespace Sgl.Bench.Serving;

/// <summary>How much work, of which shape, and how fast it comes; names as bench_serving's.</summary>
internal sealed record ServingOptions
{
    public required string Backend { get; init; }

    public required int NumPrompts { get; init; }

    /// <summary>Requests per second, Poisson; infinity sends all at once.</summary>
    public required double RequestRate { get; init; }

    public required int? MaxConcurrency { get; init; }

    public required int InputLength { get; init; }

    public required int OutputLength { get; init; }

    /// <summary>Lengths are uniform in [ratio * length, length].</summary>
    public required double RangeRatio { get; init; }

    public required int SharedPrefixLength { get; init; }

    public required int Seed { get; init; }

    public required double Temperature { get; init; }

    public required bool IgnoreEos { get; init; }

    public static Flag[] Flags { get; } =
    [
        new("--backend", "NAME", "sglang", "sglang (/generate), sglang-oai or sglang-oai-chat"),
        new("--num-prompts", "N", "1000", "how many requests"),
        new("--request-rate", "R", "inf", "requests per second, Poisson; inf sends all at once"),
        new("--max-concurrency", "N", null, "most requests under way at a time; no limit unless set"),
        new("--random-input-len", "N", "1024", "prompt tokens, the shared prefix not counted"),
        new("--random-output-len", "N", "1024", "output tokens"),
        new("--random-range-ratio", "R", "0.0", "lengths are uniform in [R * length, length]"),
        new("--shared-prefix-len", "N", "0", "tokens that all prompts begin with"),
        new("--seed", "N", "1", "of prompts, lengths and arrivals"),
        new("--temperature", "T", "0", "0 is greedy"),
        new("--disable-ignore-eos", null, null, "let the model end its answers"),
    ];

    public static ServingOptions Read(FlagValues flags) => new()
    {
        Backend = flags.Choice("--backend", StreamingApi.Names),
        NumPrompts = flags.Integer("--num-prompts", 1),
        RequestRate = flags.Number("--request-rate", 1e-3, double.PositiveInfinity),
        MaxConcurrency = flags.IntegerOrNull("--max-concurrency", 1),
        InputLength = flags.Integer("--random-input-len", 1),
        OutputLength = flags.Integer("--random-output-len", 1),
        RangeRatio = flags.Number("--random-range-ratio", 0, 1),
        SharedPrefixLength = flags.Integer("--shared-prefix-len", 0),
        Seed = flags.Integer("--seed", 0),
        Temperature = flags.Number("--temperature", 0, 100),
        IgnoreEos = !flags.Has("--disable-ignore-eos"),
    };

    /// <summary>The same seed makes the same requests.</summary>
    public ServingRequest[] MakeRequests(int vocabularySize)
    {
        Random random = new(Seed);
        PromptSource prompts = new(random, vocabularySize, SharedPrefixLength);
        double sendAt = 0;
        ServingRequest[] requests = new ServingRequest[NumPrompts];
        for (int i = 0; i < requests.Length; i++)
        {
            int[] prompt = prompts.Next(Length(random, InputLength));
            requests[i] = new ServingRequest(prompt, Length(random, OutputLength), sendAt);
            sendAt += -Math.Log(1 - random.NextDouble()) / RequestRate;
        }
        return requests;
    }

    private int Length(Random random, int full) => random.Next(Math.Max(1, (int)(full * RangeRatio)), full + 1);
}
