using Sgl.Engine.Cache;
using Sgl.Engine.Requests;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains;

/// <summary>Between the engine's types and those on the wire: the one place that knows both.</summary>
internal static class Wire
{
    /// <param name="output">Tokens that the stream has already; the replica goes on behind them.</param>
    /// <param name="started">Whether the caller has seen a chunk, and with it the prompt's log probabilities.</param>
    public static ReplicaRequest ToWire(GenerateRequest request, string stream, int[] output, bool started) => new()
    {
        Id = stream,
        Prompt = request.Prompt.ToArray(),
        Resumed = output,
        Sampling = ToWire(request.Sampling),
        Seed = request.Seed,
        LogprobStart = started && request.Logprobs is not null ? request.Prompt.Length : request.Logprobs?.PromptStart,
        TopLogprobs = request.Logprobs?.Top ?? 0,
        Grammar = request.Grammar is { } grammar ? new OutputGrammar(grammar.Kind.ToString(), grammar.Text) : null,
    };

    public static GenerateRequest ToEngine(ReplicaRequest request) => new()
    {
        Id = request.Id,
        Prompt = request.Prompt,
        Resumed = request.Resumed,
        Sampling = ToEngine(request.Sampling),
        Seed = request.Seed,
        Logprobs = request.LogprobStart is int start ? new LogprobOptions(start, request.TopLogprobs) : null,
        Grammar = request.Grammar is { } grammar
            ? new GrammarSpec(Enum.Parse<GrammarKind>(grammar.Kind), grammar.Text) : null,
    };

    /// <summary>An aborted generation is a lost one: those who wanted it aborted do not listen any more.</summary>
    public static StreamChunk ToWire(string stream, TokenChunk chunk) => new()
    {
        Stream = stream,
        Tokens = chunk.Tokens.ToArray(),
        Logprobs = ToWire(chunk.Logprobs),
        PromptLogprobs = ToWire(chunk.PromptLogprobs),
        CachedTokens = chunk.CachedTokens,
        Retractions = chunk.Retractions,
        QueueSeconds = chunk.QueueSeconds,
        Finish = ToWire(chunk.Finish),
    };

    public static StreamFinish? ToWire(FinishReason? finish) => finish?.Kind switch
    {
        null => null,
        FinishKind.Length => new StreamFinish(StreamFinishKind.Length, Length: finish.Length),
        FinishKind.Stop => new StreamFinish(StreamFinishKind.Stop, MatchedToken: finish.MatchedToken),
        _ => new StreamFinish(StreamFinishKind.Lost, Message: finish.Message),
    };

    public static TokenChunk ToEngine(StreamChunk chunk) => new()
    {
        Tokens = chunk.Tokens,
        Logprobs = ToEngine(chunk.Logprobs),
        PromptLogprobs = ToEngine(chunk.PromptLogprobs),
        CachedTokens = chunk.CachedTokens,
        Retractions = chunk.Retractions,
        QueueSeconds = chunk.QueueSeconds,
        Finish = ToEngine(chunk.Finish),
    };

    public static FinishReason? ToEngine(StreamFinish? finish) => finish?.Kind switch
    {
        null => null,
        StreamFinishKind.Length => FinishReason.AtLength(finish.Length),
        StreamFinishKind.Stop => FinishReason.AtToken(finish.MatchedToken!.Value),
        _ => FinishReason.Aborted(finish.Message ?? ""),
    };

    public static ReplicaLoad ToWire(ReplicaState state, EngineStatus status) => new()
    {
        State = state,
        RunningRequests = status.RunningRequests,
        QueuedRequests = status.QueuedRequests,
        QueuedTokens = status.QueuedTokens,
        TotalTokens = status.TotalTokens,
        FreeTokens = status.FreeTokens,
        CachedTokens = status.CachedTokens,
        HeldTokens = status.HeldTokens,
        GenerationThroughput = status.GenerationThroughput,
        PromptTokensTotal = status.PromptTokensTotal,
        CachedTokensTotal = status.CachedTokensTotal,
        GeneratedTokensTotal = status.GeneratedTokensTotal,
        RetractionsTotal = status.RetractionsTotal,
        Steps = status.Steps,
        HostSeconds = status.HostSeconds,
        WeightBytes = status.WeightBytes,
        KvCacheBytes = status.KvCacheBytes,
    };

    public static CacheDelta ToWire(CacheChange change) =>
        new(change.Number, change.Cleared, [.. change.Removed], [.. change.Added]);

    public static CacheChange ToEngine(CacheDelta change) =>
        new(change.Number, change.Cleared, change.Removed, change.Added);

    /// <summary>Several replicas as if they were one engine.</summary>
    public static EngineStatus Sum(IReadOnlyCollection<ReplicaLoad> loads)
    {
        long prompt = loads.Sum(load => load.PromptTokensTotal);
        long cached = loads.Sum(load => load.CachedTokensTotal);
        return new EngineStatus
        {
            RunningRequests = loads.Sum(load => load.RunningRequests),
            QueuedRequests = loads.Sum(load => load.QueuedRequests),
            QueuedTokens = loads.Sum(load => load.QueuedTokens),
            TotalTokens = loads.Sum(load => load.TotalTokens),
            FreeTokens = loads.Sum(load => load.FreeTokens),
            CachedTokens = loads.Sum(load => load.CachedTokens),
            HeldTokens = loads.Sum(load => load.HeldTokens),
            GenerationThroughput = loads.Sum(load => load.GenerationThroughput),
            CacheHitRate = prompt == 0 ? 0 : (double)cached / prompt,
            PromptTokensTotal = prompt,
            CachedTokensTotal = cached,
            GeneratedTokensTotal = loads.Sum(load => load.GeneratedTokensTotal),
            RetractionsTotal = loads.Sum(load => load.RetractionsTotal),
            Steps = loads.Sum(load => load.Steps),
            HostSeconds = loads.Sum(load => load.HostSeconds),
            WeightBytes = loads.Sum(load => load.WeightBytes),
            KvCacheBytes = loads.Sum(load => load.KvCacheBytes),
        };
    }

    private static SamplingSettings ToWire(SamplingParams sampling) => new()
    {
        MaxNewTokens = sampling.MaxNewTokens,
        MinNewTokens = sampling.MinNewTokens,
        Temperature = sampling.Temperature,
        TopP = sampling.TopP,
        TopK = sampling.TopK,
        MinP = sampling.MinP,
        FrequencyPenalty = sampling.FrequencyPenalty,
        PresencePenalty = sampling.PresencePenalty,
        RepetitionPenalty = sampling.RepetitionPenalty,
        StopTokens = [.. sampling.StopTokens],
        IgnoreEos = sampling.IgnoreEos,
        LogitBias = new Dictionary<int, float>(sampling.LogitBias),
    };

    private static SamplingParams ToEngine(SamplingSettings sampling) => new()
    {
        MaxNewTokens = sampling.MaxNewTokens,
        MinNewTokens = sampling.MinNewTokens,
        Temperature = sampling.Temperature,
        TopP = sampling.TopP,
        TopK = sampling.TopK,
        MinP = sampling.MinP,
        FrequencyPenalty = sampling.FrequencyPenalty,
        PresencePenalty = sampling.PresencePenalty,
        RepetitionPenalty = sampling.RepetitionPenalty,
        StopTokens = sampling.StopTokens,
        IgnoreEos = sampling.IgnoreEos,
        LogitBias = sampling.LogitBias,
    };

    private static TokenLogprobs[] ToWire(IReadOnlyList<PositionLogprobs> positions) => positions.Count == 0 ? [] :
        [.. positions.Select(position => new TokenLogprobs(
            position.Token, position.Logprob, [.. position.Top.Select(top => top.Token)],
            [.. position.Top.Select(top => top.Logprob)]))];

    private static PositionLogprobs[] ToEngine(TokenLogprobs[] positions) => positions.Length == 0 ? [] :
        [.. positions.Select(position => new PositionLogprobs(
            position.Token, position.Logprob,
            [.. position.TopTokens.Zip(position.TopLogprob, (token, logprob) => new TokenLogprob(token, logprob))]))];
}
