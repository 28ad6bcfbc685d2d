using System.Text.Json;
using Sgl.Engine.Requests;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Endpoints;

/// <summary>What the server tells about itself.</summary>
internal static class InfoEndpoint
{
    private const string WeightVersion = "default";

    public static void Map(IEndpointRouteBuilder routes, GenerationService service)
    {
        routes.MapGet("/", http => http.Response.WriteAsync("SGLang is running"));
        routes.MapGet("/ping", http => Task.CompletedTask);
        foreach (string path in new[] { "/get_model_info", "/model_info" })
            routes.MapGet(path, http => SendAsync(http, json => WriteModel(json, service)));
        routes.MapGet("/get_server_args", http => SendAsync(http, json => WriteArguments(json, service)));
        foreach (string path in new[] { "/get_server_info", "/server_info" })
            routes.MapGet(path, async http =>
            {
                EngineStatus status = await service.Served.Backend.GetStatusAsync(http.RequestAborted);
                await SendAsync(http, json => WriteServer(json, service, status));
            });
    }

    private static Task SendAsync(HttpContext http, Action<Utf8JsonWriter> writeFields) =>
        JsonOutput.SendAsync(http, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            writeFields(json);
            json.WriteEndObject();
        });

    private static void WriteModel(Utf8JsonWriter json, GenerationService service)
    {
        json.WriteString("model_path", service.Model.Path);
        json.WriteString("tokenizer_path", service.Served.Options.TokenizerPath ?? service.Model.Path);
        json.WriteBoolean("is_generation", true);
        json.WriteNull("preferred_sampling_params");
        json.WriteString("weight_version", WeightVersion);
        json.WriteBoolean("has_image_understanding", false);
        json.WriteBoolean("has_audio_understanding", false);
        json.WriteString("model_type", service.Model.ModelType);
        json.WriteStartArray("architectures");
        json.WriteStringValue(service.Model.Architecture);
        json.WriteEndArray();
    }

    private static void WriteArguments(Utf8JsonWriter json, GenerationService service)
    {
        foreach (Flag flag in FlagTable.All.Where(flag => !flag.Secret))
            json.WriteAny(flag.Key, flag.Read(service.Served.Options));
    }

    private static void WriteServer(Utf8JsonWriter json, GenerationService service, EngineStatus status)
    {
        WriteArguments(json, service);
        json.WriteNumber("max_total_num_tokens", status.TotalTokens);
        json.WriteNumber("vocab_size", service.Model.VocabularySize);
        json.WriteNumber(
            "max_req_input_len", Math.Min(service.Model.ContextLength, service.Model.MaxRequestTokens) - 1);
        json.WriteStartArray("internal_states");
        json.WriteStartObject();
        WriteArguments(json, service);
        WriteStatus(json, status);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("version", typeof(InfoEndpoint).Assembly.GetName().Version!.ToString(3));
    }

    private static void WriteStatus(Utf8JsonWriter json, EngineStatus status)
    {
        const double gigabyte = 1 << 30;
        json.WriteNumber("last_gen_throughput", status.GenerationThroughput);
        json.WriteStartObject("memory_usage");
        json.WriteNumber("weight", Math.Round(status.WeightBytes / gigabyte, 3));
        json.WriteNumber("kvcache", Math.Round(status.KvCacheBytes / gigabyte, 3));
        json.WriteNumber("token_capacity", status.TotalTokens);
        json.WriteEndObject();
        json.WriteNumber("num_running_reqs", status.RunningRequests);
        json.WriteNumber("num_queue_reqs", status.QueuedRequests);
        json.WriteNumber("free_tokens", status.FreeTokens);
        json.WriteNumber("cached_tokens", status.CachedTokens);
        json.WriteNumber("held_tokens", status.HeldTokens);
        json.WriteNumber("cache_hit_rate", status.CacheHitRate);
        json.WriteNumber("prompt_tokens_total", status.PromptTokensTotal);
        json.WriteNumber("cached_tokens_total", status.CachedTokensTotal);
        json.WriteNumber("generation_tokens_total", status.GeneratedTokensTotal);
        json.WriteNumber("num_retractions_total", status.RetractionsTotal);
        json.WriteNumber("num_steps_total", status.Steps);
        json.WriteNumber("host_seconds_total", status.HostSeconds);
    }
}
