using Sgl.Engine.Requests;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Flags;

/// <summary>
/// Everything about the gateway that a user can set; what belongs to the engine is in <see cref="Engine"/>.
/// </summary>
public sealed record GatewayOptions
{
    public EngineOptions Engine { get; init; } = new() { ModelPath = EmbeddedModel.Folder };

    /// <summary>A folder with tokenizer.json; null is the model's own.</summary>
    public string? TokenizerPath { get; init; }

    /// <summary>A name or address to listen on.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>0 takes a free port.</summary>
    public int Port { get; init; } = 30000;

    /// <summary>The name of the model in answers; null is the model path.</summary>
    public string? ServedModelName { get; init; }

    /// <summary>What <see cref="ServedModelName"/> comes to.</summary>
    public string ModelName => ServedModelName
        ?? (Engine.ModelPath == EmbeddedModel.Folder ? EmbeddedModel.Name : Engine.ModelPath);

    /// <summary>When set, requests must carry it as "Authorization: Bearer KEY".</summary>
    public string? ApiKey { get; init; }

    /// <summary>A built-in name, a .jinja or a .json path; null is the tokenizer's own template.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>auto, cpu or cuda.</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Decode steps of so many requests at most are replayed as CUDA graphs.</summary>
    public int CudaGraphMaxBatch { get; init; } = 256;

    public bool DisableCudaGraph { get; init; }

    /// <summary>Accepted for SGLang's sake; changes nothing and says so.</summary>
    public bool EnableTorchCompile { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>A line when a request comes and when it ends.</summary>
    public bool LogRequests { get; init; }

    /// <summary>Log lines are JSON objects; else text.</summary>
    public bool JsonLogs { get; init; }

    /// <summary>Spans go to the collector that OpenTelemetry's environment variables name.</summary>
    public bool ExportTraces { get; init; }

    /// <summary>Whether /metrics answers.</summary>
    public bool EnableMetrics { get; init; }

    /// <summary>Tokens per streamed event, after the first.</summary>
    public int StreamInterval { get; init; } = 1;

    /// <summary>
    /// Where OpenAI requests take sampling parameters that they leave out: "model" (its generation_config.json) or
    /// "openai".
    /// </summary>
    public string SamplingDefaults { get; init; } = "model";

    /// <summary>Whether usage tells the prompt tokens that came from the prefix cache.</summary>
    public bool EnableCacheReport { get; init; }

    public bool SkipServerWarmup { get; init; }

    /// <summary>
    /// How long running requests may take to finish after SIGTERM or ctrl-C, before they are aborted.
    /// </summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public GatewayLimits Limits { get; init; } = new();
}
