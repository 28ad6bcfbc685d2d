using Sgl.Engine;
using Sgl.Engine.Requests;

namespace Sgl.Grains.Tests.Support;

/// <summary>All that a request was answered with.</summary>
internal sealed record Output(int[] Tokens, FinishReason? Finish, IReadOnlyList<PositionLogprobs> Logprobs, int Cached)
{
    /// <param name="seen">Told how many tokens there are, after each chunk.</param>
    public static async Task<Output> OfAsync(
        IInferenceBackend backend, GenerateRequest request, Action<int>? seen = null, CancellationToken stop = default)
    {
        List<int> tokens = [];
        List<PositionLogprobs> logprobs = [];
        TokenChunk? last = null;
        await foreach (TokenChunk chunk in backend.GenerateAsync(request, stop))
        {
            tokens.AddRange(chunk.Tokens.Span);
            logprobs.AddRange(chunk.Logprobs);
            last = chunk;
            seen?.Invoke(tokens.Count);
        }

        return new Output([.. tokens], last?.Finish, logprobs, last?.CachedTokens ?? 0);
    }

    public static GenerateRequest Request(int i, int tokens) => new()
    {
        Id = $"request {i}",
        Prompt = new[] { 5, 7, 11 + i },
        Seed = (ulong)i,
        Sampling = new SamplingParams { MaxNewTokens = tokens, Temperature = 1, IgnoreEos = true },
    };
}
