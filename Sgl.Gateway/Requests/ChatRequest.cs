using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Requests;

/// <summary>Reads the body of /v1/chat/completions.</summary>
internal static class ChatRequest
{
    private static readonly (string, string) _objectNames = ("chat.completion", "chat.completion.chunk");

    public static (GenerationPlan Plan, IResponseShape Shape) Read(JsonElement body, GenerationService service)
    {
        JsonFields fields = new(body);
        UnsupportedFields.Refuse(fields, UnsupportedFields.Chat);
        RefuseModalities(fields);
        ServedModel served = service.Served;
        int? maxTokens = fields.Int("max_completion_tokens", 0) ?? fields.Int("max_tokens", 0);
        SamplingFields sampling = SamplingFields.OpenAI(
            fields, maxTokens, service.Model, service.Limits, served.SamplingDefaults);
        LogprobOptions? logprobs = Logprobs(fields, service.Limits);
        int[] prompt = PromptCheck.Fits(ChatPrompt.Tokens(fields, served), "messages", service.Model);
        if (logprobs is not null)
            logprobs = logprobs with { PromptStart = prompt.Length };

        string id = RequestIds.ReadOne(fields, "chatcmpl-", service.Limits);
        PlannedPrompt planned = new(id, prompt, sampling, logprobs) { TemplateStops = served.Template!.StopStrings };
        GenerationPlan plan = GenerationPlan.Of([planned], fields.Bool("stream") ?? false, service.Seeds, served);
        Envelope envelope = OpenAIRequest.Envelope(fields, service, id, _objectNames);
        return (plan, new ChatShape(envelope, served.Tokenizer));
    }

    private static LogprobOptions? Logprobs(JsonFields fields, GatewayLimits limits)
    {
        int top = fields.Int("top_logprobs", 0, limits.ChatTopLogprobs) ?? 0;
        if (fields.Bool("logprobs") == true)
            return new LogprobOptions(0, top);
        return top == 0 ? null : throw fields.Fault("top_logprobs", "only a request with logprobs: true may have it.");
    }

    private static void RefuseModalities(JsonFields fields)
    {
        if (fields.Texts("modalities")?.FirstOrDefault(name => name != "text") is string modality)
            throw fields.Fault("modalities", $"'{modality}' is not supported yet; supported is text.");
    }
}
