using Sgl.Engine;
using Sgl.Engine.Requests;

namespace Sgl.Cuda.Parity;

/// <summary>
/// Replayed graphs and steps launched ahead, through the engine on sgl-tiny: a request alone takes the same kernels
/// with and without them, so its tokens and log probabilities must be the same bits. In a crowd all must end.
/// </summary>
internal static class EngineChecks
{
    private const int Known = 12;
    private const int Crowd = 200;

    public static async Task RunAsync(CudaDevice device, string tinyModel, Report report)
    {
        EngineOptions options = new() { ModelPath = tinyModel, MaxTotalTokens = 60_000, MaxNewTokensEstimate = 16 };
        Answer[] plain = await OneByOneAsync(device, options with { DisableOverlapSchedule = true }, graphs: 0);
        foreach ((string how, bool overlap, int graphs) in ((string, bool, int)[])
            [("graphs", false, 64), ("overlap", true, 0), ("graphs and overlap", true, 64)])
        {
            Answer[] answers = await OneByOneAsync(device, options with { DisableOverlapSchedule = !overlap }, graphs);
            int same = plain.Zip(answers).Count(pair => pair.First.Tokens.SequenceEqual(pair.Second.Tokens)
                && pair.First.Logprobs.SequenceEqual(pair.Second.Logprobs));
            report.Check("engine, same bits", Known - same, 0, how);
        }
        int wrong = await CrowdAsync(device, options with { MaxTotalTokens = 4_000 });
        report.Check("engine, crowd", wrong, 0, $"{Crowd} at once");
    }

    private static async Task<Answer[]> OneByOneAsync(CudaDevice device, EngineOptions options, int graphs)
    {
        await using InferenceEngine engine =
            InferenceEngine.Load(options, openDevice: _ => new CudaOps(device, graphMaxBatch: graphs));
        List<Answer> answers = [];
        for (int i = 0; i < Known; i++)
            answers.Add(await GenerateAsync(engine, i, newTokens: 150));
        return [.. answers];
    }

    /// <returns>Requests that did not get what they asked for, and slots that are still held.</returns>
    private static async Task<int> CrowdAsync(CudaDevice device, EngineOptions options)
    {
        await using InferenceEngine engine =
            InferenceEngine.Load(options, openDevice: _ => new CudaOps(device, graphMaxBatch: 64));
        Answer[] answers = await Task.WhenAll(
            Enumerable.Range(0, Crowd).Select(i => GenerateAsync(engine, i, newTokens: 20 + i % 90)));
        int wrong = answers.Where((answer, i) => answer.Tokens.Count != 20 + i % 90).Count();
        EngineStatus status = await engine.GetStatusAsync();
        while (status.RunningRequests + status.QueuedRequests > 0 || !await engine.FlushCacheAsync())
            status = await engine.GetStatusAsync();
        status = await engine.GetStatusAsync();
        Console.WriteLine($"crowd of {Crowd}: {status.RetractionsTotal} retractions, {status.Steps} steps, "
            + $"host {1e3 * status.HostSeconds / status.Steps:f3} ms a step");
        return wrong + status.HeldTokens;
    }

    private static async Task<Answer> GenerateAsync(InferenceEngine engine, int i, int newTokens)
    {
        Random random = new(i);
        GenerateRequest request = new()
        {
            Id = $"{i}",
            Prompt = (int[])[.. Enumerable.Range(0, 10 + 37 * i % 300)
                .Select(_ => random.Next(engine.Model.VocabularySize))],
            Seed = (ulong)i,
            Logprobs = new LogprobOptions(0, i % 3),
            Sampling = new SamplingParams
            {
                MaxNewTokens = newTokens,
                Temperature = i % 4 == 0 ? 0 : 1,
                TopP = 0.95f,
                RepetitionPenalty = 1 + 0.05f * (i % 3),
                FrequencyPenalty = i % 5 == 0 ? 0.3f : 0,
                IgnoreEos = true,
            },
        };
        Answer answer = new([], []);
        await foreach (TokenChunk chunk in engine.GenerateAsync(request))
        {
            if (chunk.Finish?.Message is { } message)
                throw new InvalidOperationException(message);
            answer.Tokens.AddRange(chunk.Tokens.Span);
            answer.Logprobs.AddRange(chunk.PromptLogprobs.Concat(chunk.Logprobs).Select(each => each.Logprob));
        }
        return answer;
    }

    private sealed record Answer(List<int> Tokens, List<float?> Logprobs);
}
