using System.Globalization;
using Sgl.Engine.Requests;

namespace Sgl.Gateway.Requests;

/// <summary>The sampling parameters of one request, checked but for what depends on the prompt.</summary>
internal sealed class SamplingFields
{
    private const int NativeMaxNewTokens = 128;

    /// <summary>A temperature below it is greedy.</summary>
    private const float GreedyTemperature = 1e-6f;

    private static readonly string[] _native =
    [
        "max_new_tokens", "min_new_tokens", "stop", "stop_token_ids", "temperature", "top_p", "top_k", "min_p",
        "frequency_penalty", "presence_penalty", "repetition_penalty", "ignore_eos", "skip_special_tokens",
        "spaces_between_special_tokens", "n", "no_stop_trim", "logit_bias", "sampling_seed", "stream_interval",
        "regex", "json_schema", "ebnf",
        .. UnsupportedFields.Sampling,
    ];

    private readonly int? _maxNewTokens;
    private readonly SamplingParams _sampling;

    /// <param name="names">What this API calls the token limits and the seed.</param>
    /// <param name="maxNewTokens">Null fills the context.</param>
    private SamplingFields(
        JsonFields fields, Names names, int? maxNewTokens, ModelInfo model, GatewayLimits limits,
        SamplingDefaults defaults, GrammarSpec? grammar)
    {
        Grammar = grammar;
        _maxNewTokens = maxNewTokens;
        Choices = fields.Int("n", 1, limits.ChoicesPerPrompt) ?? 1;
        Seed = (ulong?)fields.Long(names.Seed);
        StreamInterval = fields.Int("stream_interval", 1);
        Text = new TextRules(
            Stops(fields, limits), fields.Bool("no_stop_trim") ?? false, fields.Bool("skip_special_tokens") ?? true);
        float temperature = SamplingRanges.Temperature(fields) ?? defaults.Temperature;
        int topK = SamplingRanges.TopK(fields) ?? defaults.TopK;
        int minNewTokens = fields.Int(names.MinNewTokens, 0) ?? 0;
        if (minNewTokens > maxNewTokens)
            throw fields.Fault(
                names.MinNewTokens, $"{minNewTokens} is more than {names.MaxNewTokens}, {maxNewTokens}.");
        int[] stopTokens = Tokens(fields, "stop_token_ids", model);
        if (stopTokens.Length > limits.StopTokens)
            throw fields.Fault(
                "stop_token_ids", $"{stopTokens.Length} tokens are too many; at most {limits.StopTokens}.");
        _sampling = new SamplingParams
        {
            MaxNewTokens = 0,
            MinNewTokens = minNewTokens,
            Temperature = temperature < GreedyTemperature ? 0 : temperature,
            TopP = SamplingRanges.TopP(fields) ?? defaults.TopP,
            TopK = topK == -1 ? 0 : topK,
            MinP = SamplingRanges.MinP(fields) ?? defaults.MinP,
            FrequencyPenalty = SamplingRanges.Penalty(fields, "frequency_penalty") ?? 0,
            PresencePenalty = SamplingRanges.Penalty(fields, "presence_penalty") ?? 0,
            RepetitionPenalty = SamplingRanges.RepetitionPenalty(fields) ?? defaults.RepetitionPenalty,
            StopTokens = stopTokens,
            IgnoreEos = fields.Bool("ignore_eos") ?? false,
            LogitBias = LogitBias(fields, model, limits),
        };
    }

    /// <summary>n: how many generations of each prompt are wanted.</summary>
    public int Choices { get; }

    /// <summary>Null when the request brings none.</summary>
    public ulong? Seed { get; }

    /// <summary>Tokens per streamed event; null is the server's.</summary>
    public int? StreamInterval { get; }

    public TextRules Text { get; }

    /// <summary>Null when the output is free.</summary>
    public GrammarSpec? Grammar { get; }

    /// <summary>The sampling_params of /generate.</summary>
    public static SamplingFields Native(JsonFields fields, ModelInfo model, GatewayLimits limits)
    {
        UnsupportedFields.Refuse(fields, UnsupportedFields.Sampling);
        if (fields.Names.FirstOrDefault(name => !_native.Contains(name)) is string unknown)
            throw fields.Fault(unknown, $"unknown sampling parameter; known are {string.Join(", ", _native.Order())}.");
        fields.Bool("spaces_between_special_tokens");
        // Absent is the default, but null is "as many as fit".
        int? most = fields.Names.Contains("max_new_tokens") ? fields.Int("max_new_tokens", 0) : NativeMaxNewTokens;
        Names names = new("max_new_tokens", "min_new_tokens", "sampling_seed");
        return new SamplingFields(
            fields, names, most, model, limits, new SamplingDefaults(), GrammarFields.Read(fields));
    }

    /// <summary>The sampling fields in the body of an OpenAI request.</summary>
    public static SamplingFields OpenAI(
        JsonFields fields, int? maxTokens, ModelInfo model, GatewayLimits limits, SamplingDefaults defaults)
    {
        // HEAD's rule and words, which clients look for; a smaller excess over what the prompt leaves is cut.
        if (maxTokens > model.ContextLength)
            throw new RequestException(
                $"max_completion_tokens is too large: {maxTokens}. This model supports at most {model.ContextLength} "
                + "completion tokens.", "max_tokens");
        return new SamplingFields(
            fields, new Names("max_tokens", "min_tokens", "seed"), maxTokens, model, limits, defaults,
            GrammarFields.ReadOpenAI(fields));
    }

    /// <summary>The parameters for a prompt of that many tokens.</summary>
    public SamplingParams For(int promptTokens, ModelInfo model)
    {
        int left = Math.Min(model.ContextLength, model.MaxRequestTokens) - promptTokens;
        int most = Math.Min(_maxNewTokens ?? left, left);
        return _sampling with { MaxNewTokens = most, MinNewTokens = Math.Min(_sampling.MinNewTokens, most) };
    }

    /// <summary>A list of token ids, each in the vocabulary.</summary>
    public static int[] Tokens(JsonFields fields, string name, ModelInfo model)
    {
        int[] tokens = fields.Ints(name, int.MinValue, int.MaxValue) ?? [];
        Check(fields, name, tokens, model);
        return tokens;
    }

    public static void Check(JsonFields fields, string name, int[] tokens, ModelInfo model)
    {
        int wrong = Array.FindIndex(tokens, token => token < 0 || token >= model.VocabularySize);
        if (wrong >= 0)
            throw fields.Fault(
                $"{name}[{wrong}]",
                $"{tokens[wrong]} is an out-of-vocabulary token id; the model's are 0 to {model.VocabularySize - 1}.");
    }

    private static string[] Stops(JsonFields fields, GatewayLimits limits)
    {
        string[] stops = fields.Texts("stop") ?? [];
        if (stops.Length > limits.StopStrings)
            throw fields.Fault("stop", $"{stops.Length} strings are too many; at most {limits.StopStrings}.");
        if (stops.Contains(""))
            throw fields.Fault("stop", "a stop string may not be empty.");
        if (stops.FirstOrDefault(stop => stop.Length > limits.StopStringLength) is string tooLong)
            throw fields.Fault(
                "stop", $"a string of {tooLong.Length} characters is too long; at most {limits.StopStringLength}.");
        return stops;
    }

    private static Dictionary<int, float> LogitBias(JsonFields fields, ModelInfo model, GatewayLimits limits)
    {
        Dictionary<int, float> biases = [];
        if (fields.Object("logit_bias") is not JsonFields entries)
            return biases;
        foreach (string name in entries.Names)
        {
            if (!int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int token))
                throw entries.Fault(name, "the key must be a token id.");
            if (token < 0 || token >= model.VocabularySize)
                throw entries.Fault(
                    name, $"an out-of-vocabulary token id; the model has the ids 0 to {model.VocabularySize - 1}.");
            biases[token] = entries.Number(name, _ => true, "a finite number") ?? 0;
        }

        return biases.Count <= limits.LogitBiases ? biases
            : throw fields.Fault("logit_bias", $"{biases.Count} tokens are too many; at most {limits.LogitBiases}.");
    }

    private sealed record Names(string MaxNewTokens, string MinNewTokens, string Seed);
}
