using Sgl.Engine.Requests;

namespace Sgl.Gateway.Requests;

/// <summary>Whether a prompt may cross the waist.</summary>
internal static class PromptCheck
{
    /// <returns>The tokens.</returns>
    public static int[] Fits(int[] tokens, string field, ModelInfo model)
    {
        if (tokens.Length == 0)
            throw new RequestException($"{field}: the prompt is empty (0 tokens); expected at least one token.", field);
        int most = Math.Min(model.ContextLength, model.MaxRequestTokens);
        if (tokens.Length < most)
            return tokens;
        string why = model.MaxRequestTokens < model.ContextLength
            ? " The size of the KV pool (--max-total-tokens) is the limit." : "";
        throw new RequestException(
            $"The input ({tokens.Length} tokens) is longer than the model's context length ({most} tokens).{why}",
            field);
    }
}
