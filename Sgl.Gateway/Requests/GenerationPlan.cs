using Sgl.Engine.Requests;

namespace Sgl.Gateway.Requests;

/// <summary>All generations of one HTTP request, validated.</summary>
internal sealed record GenerationPlan
{
    public required IReadOnlyList<PlannedPrompt> Prompts { get; init; }

    public required IReadOnlyList<PlannedGeneration> Generations { get; init; }

    public required bool Stream { get; init; }

    /// <summary>Tokens per streamed event, after the first.</summary>
    public required int StreamInterval { get; init; }

    /// <summary>A request id that stands for all prompts together; null when each has only its own.</summary>
    public string? Group { get; init; }

    /// <summary>Spreads the prompts into n generations each.</summary>
    /// <exception cref="RequestException">There are too many.</exception>
    public static GenerationPlan Of(
        IReadOnlyList<PlannedPrompt> prompts, bool stream, SeedSource seeds, ServedModel served, string? group = null)
    {
        int choices = prompts[0].Sampling.Choices;
        GatewayLimits limits = served.Options.Limits;
        if (prompts.Count * choices > limits.Generations)
            throw new RequestException(
                $"n: {choices} generations of {prompts.Count} prompts are too many; at most {limits.Generations} in "
                + "all.", "n");
        return new GenerationPlan
        {
            Prompts = prompts,
            Generations = [.. prompts.SelectMany(
                (prompt, i) => Choices(prompt, i * choices, seeds, served.Backend.Model))],
            Stream = stream,
            StreamInterval = prompts[0].Sampling.StreamInterval ?? served.Options.StreamInterval,
            Group = group,
        };
    }

    /// <summary>The same as a part of a session.</summary>
    public GenerationPlan In(string session) => this with
    {
        Generations = [.. Generations.Select(planned => planned with
        {
            Request = planned.Request with { Session = session },
        })],
    };

    private static IEnumerable<PlannedGeneration> Choices(
        PlannedPrompt prompt, int index, SeedSource seeds, ModelInfo model)
    {
        SamplingFields fields = prompt.Sampling;
        SamplingParams sampling = fields.For(prompt.Tokens.Length, model);
        TextRules text = fields.Text with { Stops = [.. fields.Text.Stops, .. prompt.TemplateStops] };
        ulong seed = fields.Seed ?? seeds.Next();
        for (int choice = 0; choice < fields.Choices; choice++)
        {
            GenerateRequest request = new()
            {
                Id = choice == 0 ? prompt.Rid : $"{prompt.Rid}-{choice}",
                Prompt = prompt.Tokens,
                Sampling = sampling,
                Seed = SeedSource.OfChoice(seed, choice),
                Grammar = fields.Grammar,
                Logprobs = prompt.Logprobs,
            };
            yield return new PlannedGeneration(index + choice, prompt, request, text);
        }
    }
}
