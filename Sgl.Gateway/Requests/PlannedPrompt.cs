using Sgl.Engine.Requests;

namespace Sgl.Gateway.Requests;

/// <summary>One prompt of a request, tokenized and checked, with what is wanted for it.</summary>
/// <param name="Rid">The id by which /abort_request finds it.</param>
internal sealed record PlannedPrompt(string Rid, int[] Tokens, SamplingFields Sampling, LogprobOptions? Logprobs)
{
    /// <summary>More stop strings than the request's own: those of the chat template.</summary>
    public IReadOnlyList<string> TemplateStops { get; init; } = [];

    /// <summary>Whether the logprob triples carry their tokens' text.</summary>
    public bool TextInLogprobs { get; init; }
}
