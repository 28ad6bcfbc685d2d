using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Requests;

/// <summary>Reads the body of /v1/completions.</summary>
internal static class CompletionRequest
{
    private const int DefaultMaxTokens = 16;

    public static (GenerationPlan Plan, IResponseShape Shape) Read(JsonElement body, GenerationService service)
    {
        JsonFields fields = new(body);
        UnsupportedFields.Refuse(fields, UnsupportedFields.Completions);
        ServedModel served = service.Served;
        (int[][] prompts, string[]? texts) = Prompts(fields, service);
        int maxTokens = fields.Int("max_tokens", 0) ?? DefaultMaxTokens;
        SamplingFields sampling = SamplingFields.OpenAI(
            fields, maxTokens, service.Model, service.Limits, served.SamplingDefaults);
        if (fields.Int("best_of", 1) is int bestOf && bestOf != sampling.Choices)
            throw fields.Fault("best_of", $"{bestOf} is not supported; expected the value of n, {sampling.Choices}.");
        bool echo = fields.Bool("echo") ?? false;
        int? top = fields.Int("logprobs", 0, service.Limits.TopLogprobs);

        string id = RequestIds.ReadOne(fields, "cmpl-", service.Limits);
        bool batch = prompts.Length > 1;
        string[] rids = batch ? RequestIds.Numbered(id, prompts.Length) : [id];
        PlannedPrompt[] planned = [.. prompts.Select((tokens, i) => new PlannedPrompt(
            rids[i], tokens, sampling, top is int number ? new LogprobOptions(echo ? 0 : tokens.Length, number)
                : null))];
        GenerationPlan plan = GenerationPlan.Of(
            planned, fields.Bool("stream") ?? false, service.Seeds, served, batch ? id : null);
        string[]? echoes = !echo ? null
            : texts ?? [.. prompts.Select(tokens => served.Tokenizer.Decode(tokens, sampling.Text.SkipSpecialTokens))];
        return (plan, new CompletionShape(
            OpenAIRequest.Envelope(fields, service, id, ("text_completion", "text_completion")), served.Tokenizer,
            echoes,
            plan.Generations.Count, sampling.Choices));
    }

    /// <summary>A string, a list of strings, a list of token ids, or a list of such lists.</summary>
    private static (int[][] Prompts, string[]? Texts) Prompts(JsonFields fields, GenerationService service)
    {
        if (!fields.TryGet("prompt", out JsonElement given))
            throw new RequestException(
                "prompt: the field is missing; expected a string, a list of strings or token ids.", "prompt");
        JsonElement first = given.ValueKind == JsonValueKind.Array ? given.EnumerateArray().FirstOrDefault() : given;
        string[]? texts = first.ValueKind == JsonValueKind.String ? fields.Texts("prompt") : null;
        int[][] prompts = first.ValueKind switch
        {
            JsonValueKind.String =>
                [.. texts!.Select(text => service.Served.Tokenizer.Encode(text, addSpecialTokens: true))],
            JsonValueKind.Number when given.ValueKind == JsonValueKind.Array =>
                [fields.Ints("prompt", given, int.MinValue, int.MaxValue)],
            JsonValueKind.Array => [.. given.EnumerateArray().Select((item, i) => item.ValueKind == JsonValueKind.Array
                ? fields.Ints($"prompt[{i}]", item, int.MinValue, int.MaxValue)
                : throw fields.Wrong($"prompt[{i}]", item, "a list of token ids"))],
            JsonValueKind.Undefined => throw fields.Fault("prompt", "Prompt cannot be empty."),
            _ => throw fields.Wrong("prompt", given, "a string, a list of strings, or token ids"),
        };
        if (prompts.Length > service.Limits.Prompts)
            throw fields.Fault(
                "prompt", $"{prompts.Length} prompts are too many; at most {service.Limits.Prompts} in one request.");
        for (int i = 0; i < prompts.Length; i++)
        {
            string name = prompts.Length == 1 ? "prompt" : $"prompt[{i}]";
            SamplingFields.Check(fields, name, prompts[i], service.Model);
            PromptCheck.Fits(prompts[i], name, service.Model);
        }

        return (prompts, texts);
    }
}
