using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Requests;

/// <summary>Reads the body of /generate.</summary>
internal static class NativeRequest
{
    public static (GenerationPlan Plan, IResponseShape Shape) Read(JsonElement body, GenerationService service)
    {
        JsonFields fields = new(body);
        UnsupportedFields.Refuse(fields, UnsupportedFields.Native);
        (int[][] prompts, bool batch, string field) = Prompts(fields, service);
        int count = prompts.Length;
        if (count > service.Limits.Prompts)
            throw fields.Fault(
                field, $"{count} prompts are too many; at most {service.Limits.Prompts} in one request.");

        SamplingFields[] sampling = Sampling(fields, count, batch, service);
        bool[] logprobs = PerPrompt(fields, "return_logprob", count, batch, fields.Bool, false);
        int[] starts = PerPrompt(
            fields, "logprob_start_len", count, batch, (name, item) => fields.Int(name, item, -1, int.MaxValue), -1);
        int[] tops = PerPrompt(
            fields, "top_logprobs_num", count, batch, (name, item) =>
                fields.Int(name, item, 0, service.Limits.TopLogprobs), 0);
        (string[] rids, string? group) = RequestIds.Read(fields, count, batch, service.Limits);
        bool text = fields.Bool("return_text_in_logprobs") ?? false;
        PlannedPrompt[] planned = [.. prompts.Select((tokens, i) => new PlannedPrompt(
            rids[i], tokens, sampling[i], logprobs[i] ? Logprobs(fields, tokens, starts[i], tops[i]) : null)
        { TextInLogprobs = text })];

        GenerationPlan plan = GenerationPlan.Of(
            planned, fields.Bool("stream") ?? false, service.Seeds, service.Served, group);
        bool asList = batch || plan.Generations.Count > 1;
        return (plan, new NativeShape(service.Served.Tokenizer, asList));
    }

    private static (int[][] Prompts, bool Batch, string Field) Prompts(JsonFields fields, GenerationService service)
    {
        bool hasText = fields.TryGet("text", out JsonElement text);
        bool hasIds = fields.TryGet("input_ids", out JsonElement ids);
        if (hasText == hasIds)
            throw new RequestException(
                $"Either text or input_ids should be provided; the request has {(hasText ? "both" : "neither")}.",
                "text");

        JsonElement given = hasText ? text : ids;
        string field = hasText ? "text" : "input_ids";
        bool batch = given.ValueKind == JsonValueKind.Array
            && (hasText || given.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Array));
        int[][] prompts = hasText
            ? [.. fields.Texts("text")!.Select(
                prompt => service.Served.Tokenizer.Encode(prompt, addSpecialTokens: true))]
            : batch ? [.. given.EnumerateArray().Select((_, i) => Ids(fields, $"input_ids[{i}]", given[i]))]
            : [Ids(fields, "input_ids", given)];
        if (prompts.Length == 0)
            throw fields.Fault(field, "the list is empty; expected at least one prompt.");
        for (int i = 0; i < prompts.Length; i++)
        {
            string name = batch ? $"{field}[{i}]" : field;
            SamplingFields.Check(fields, name, prompts[i], service.Model);
            PromptCheck.Fits(prompts[i], name, service.Model);
        }

        return (prompts, batch, field);
    }

    private static int[] Ids(JsonFields fields, string name, JsonElement list) => list.ValueKind == JsonValueKind.Array
        ? fields.Ints(name, list, int.MinValue, int.MaxValue) : throw fields.Wrong(name, list, "a list of token ids");

    private static SamplingFields[] Sampling(JsonFields fields, int count, bool batch, GenerationService service)
    {
        SamplingFields Read(string name, JsonElement item) =>
            SamplingFields.Native(new JsonFields(item, $"{name}."), service.Model, service.Limits);

        SamplingFields absent = Read("sampling_params", JsonElement.Parse("{}"));
        SamplingFields[] sampling = PerPrompt(fields, "sampling_params", count, batch, Read, absent);
        int odd = Array.FindIndex(sampling, item => item.Choices != sampling[0].Choices);
        return odd < 0 ? sampling : throw fields.Fault(
            $"sampling_params[{odd}].n",
            $"{sampling[odd].Choices} differs from {sampling[0].Choices}; all prompts must have the same n.");
    }

    /// <summary>A field that a batch may give once for all prompts, or as a list with one value each.</summary>
    private static T[] PerPrompt<T>(
        JsonFields fields, string name, int count, bool batch, Func<string, JsonElement, T> read, T absent)
    {
        if (!fields.TryGet(name, out JsonElement value))
            return [.. Enumerable.Repeat(absent, count)];
        if (value.ValueKind != JsonValueKind.Array)
            return [.. Enumerable.Repeat(read(name, value), count)];
        if (!batch || value.GetArrayLength() != count)
            throw fields.Fault(
                name,
                $"a list of {value.GetArrayLength()} for {count} prompt(s); expected one value, or one per prompt.");
        return [.. value.EnumerateArray().Select((item, i) =>
            item.ValueKind == JsonValueKind.Null ? absent : read($"{name}[{i}]", item))];
    }

    private static LogprobOptions Logprobs(JsonFields fields, int[] prompt, int start, int top) =>
        start <= prompt.Length
        ? new LogprobOptions(start == -1 ? prompt.Length : start, top)
        : throw fields.Fault("logprob_start_len", $"{start} lies behind the prompt's {prompt.Length} tokens.");
}
