using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Engine;

/// <summary>All that one request was answered with.</summary>
internal sealed record Generation(int[] Tokens, TokenChunk First, FinishReason? Finish, int Retractions)
{
    public static async Task<Generation> OfAsync(
        InferenceEngine engine, GenerateRequest request, CancellationToken cancellationToken = default)
    {
        List<int> tokens = [];
        TokenChunk? first = null;
        TokenChunk? last = null;
        await foreach (TokenChunk chunk in engine.GenerateAsync(request, cancellationToken))
        {
            first ??= chunk;
            last = chunk;
            tokens.AddRange(chunk.Tokens.Span);
        }
        return new Generation([.. tokens], first!, last?.Finish, last?.Retractions ?? 0);
    }
}
