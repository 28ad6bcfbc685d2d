using System.Globalization;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;

namespace Sgl.Gateway.Flags;

/// <summary>
/// Every flag, once. Names and defaults are SGLang's; --help and /get_server_args are made from this table.
/// </summary>
internal static class FlagTable
{
    private const int Any = int.MaxValue;

    private static readonly (string Name, DataType? Type)[] _dtypes =
    [
        ("auto", null), ("half", DataType.Float16), ("float16", DataType.Float16), ("bfloat16", DataType.BFloat16),
        ("float", DataType.Float32), ("float32", DataType.Float32),
    ];

    private static readonly (string Name, LogLevel Level)[] _logLevels =
    [
        ("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warning", LogLevel.Warning),
        ("error", LogLevel.Error),
        ("critical", LogLevel.Critical),
    ];

    public static IReadOnlyList<Flag> All { get; } =
        [.. Model(), .. Http(), .. Memory(), .. Scheduling(), .. Behaviour()];

    private static IEnumerable<Flag> Model() =>
    [
        Flag.Text("--model-path", "PATH", "folder with config.json, tokenizer.json and *.safetensors",
            o => o.Engine.ModelPath, (o, v) => o with { Engine = o.Engine with { ModelPath = v } })
            with { Alias = "--model", Unset = "the embedded sgl-tiny" },
        Flag.Text("--tokenizer-path", "PATH", "folder with tokenizer.json, tokenizer.model or *.tiktoken",
            o => o.TokenizerPath ?? o.Engine.ModelPath, (o, v) => o with { TokenizerPath = v })
            with { Unset = "the model's" },
        Flag.Choice("--load-format", ["auto", "safetensors", "dummy"], "dummy: random weights, from config.json alone",
            o => Lower(o.Engine.LoadFormat),
            (o, v) => o with { Engine = o.Engine with { LoadFormat = Enum.Parse<LoadFormat>(v, ignoreCase: true) } }),
        Flag.Choice("--dtype", [.. _dtypes.Select(dtype => dtype.Name)], "type of the weights; auto: the file's",
            o => _dtypes.Last(dtype => dtype.Type == o.Engine.WeightType).Name,
            (o, v) => o with { Engine = o.Engine with { WeightType = _dtypes.First(dtype => dtype.Name == v).Type } }),
        Flag.Integer("--context-length", (1, Any), "most tokens of prompt and output together",
            o => o.Engine.ContextLength, (o, v) => o with { Engine = o.Engine with { ContextLength = v } })
            with { Unset = "the model's" },
        Flag.Choice("--device", ["auto", "cpu", "cuda"], "where the model runs; auto: on the first GPU, else the CPU",
            o => o.Device, (o, v) => o with { Device = v }),
        Flag.Text("--chat-template", "NAME|PATH", "built-in name, .jinja file or .json file",
            o => o.ChatTemplate, (o, v) => o with { ChatTemplate = v }) with { Unset = "the tokenizer's" },
        Flag.Text("--served-model-name", "NAME", "the model's name in answers",
            o => o.ModelName, (o, v) => o with { ServedModelName = v }) with { Unset = "the model path" },
    ];

    private static IEnumerable<Flag> Http() =>
    [
        Flag.Text("--host", "HOST", "name or address to listen on", o => o.Host, (o, v) => o with { Host = v }),
        Flag.Integer("--port", (0, 65535), "0 takes a free one", o => o.Port, (o, v) => o with { Port = v }),
        Flag.Text("--api-key", "KEY", "requests must carry it as 'Authorization: Bearer KEY'",
            o => o.ApiKey, (o, v) => o with { ApiKey = v }) with { Unset = "none", Secret = true },
        Flag.Integer("--shutdown-timeout", (0, 86400), "seconds that running requests get to finish at shutdown",
            o => (int)o.ShutdownTimeout.TotalSeconds, (o, v) => o with { ShutdownTimeout = TimeSpan.FromSeconds(v) }),
    ];

    private static IEnumerable<Flag> Memory() =>
    [
        Flag.Number("--mem-fraction-static", (0, 1), "part of the memory for weights and KV pool",
            o => o.Engine.MemFractionStatic,
            (o, v) => o with { Engine = o.Engine with { MemFractionStatic = v } }),
        Flag.Integer("--max-total-tokens", (1, Any), "size of the KV pool",
            o => o.Engine.MaxTotalTokens, (o, v) => o with { Engine = o.Engine with { MaxTotalTokens = v } })
            with { Unset = "from memory" },
        Flag.Switch("--disable-radix-cache", "no prefix of a prompt is reused",
            o => o.Engine.DisableRadixCache, o => o with { Engine = o.Engine with { DisableRadixCache = true } }),
    ];

    private static IEnumerable<Flag> Scheduling() =>
    [
        Flag.Integer("--max-running-requests", (1, Any), "most requests that decode together",
            o => o.Engine.MaxRunningRequests, (o, v) => o with { Engine = o.Engine with { MaxRunningRequests = v } })
            with { Unset = "from the KV pool" },
        Flag.Integer("--max-queued-requests", (1, Any), "requests that wait beyond it get 503",
            o => o.Engine.MaxQueuedRequests, (o, v) => o with { Engine = o.Engine with { MaxQueuedRequests = v } })
            with { Unset = EngineOptions.DefaultMaxQueuedRequests.ToString(CultureInfo.InvariantCulture) },
        Flag.Integer("--max-prefill-tokens", (1, Any), "most prompt tokens of one step",
            o => o.Engine.MaxPrefillTokens, (o, v) => o with { Engine = o.Engine with { MaxPrefillTokens = v } }),
        Flag.Integer("--chunked-prefill-size", (int.MinValue, Any),
            "a prompt is cut where a step's prompt tokens would exceed it; 0 or less: never",
            o => o.Engine.ChunkedPrefillSize, (o, v) => o with { Engine = o.Engine with { ChunkedPrefillSize = v } })
            with { Unset = $"{EngineOptions.CpuChunkedPrefillSize}; on a GPU {EngineOptions.GpuChunkedPrefillSize}" },
        Flag.Choice(
            "--schedule-policy", [.. SchedulePolicies.Names.Order()], "who of those that wait runs first",
            o => o.Engine.SchedulePolicy, (o, v) => o with { Engine = o.Engine with { SchedulePolicy = v } }),
        Flag.Number("--schedule-conservativeness", (0, 1000), "above 1: admits fewer, retracts less",
            o => o.Engine.ScheduleConservativeness,
            (o, v) => o with { Engine = o.Engine with { ScheduleConservativeness = v } }),
        Flag.Switch("--disable-overlap-schedule", "no step is prepared while the GPU runs the one before it",
            o => o.Engine.DisableOverlapSchedule,
            o => o with { Engine = o.Engine with { DisableOverlapSchedule = true } }),
        Flag.Integer("--cuda-graph-max-bs", (1, 4096), "decode steps of so many requests are replayed as CUDA graphs",
            o => o.CudaGraphMaxBatch, (o, v) => o with { CudaGraphMaxBatch = v }),
        Flag.Switch("--disable-cuda-graph", "kernels of decode steps are launched one by one",
            o => o.DisableCudaGraph, o => o with { DisableCudaGraph = true }),
        Flag.Integer("--cpu-threads", (1, 4096), "worker threads of the CPU backend",
            o => o.Engine.CpuThreads, (o, v) => o with { Engine = o.Engine with { CpuThreads = v } })
            with { Unset = "every core" },
    ];

    private static IEnumerable<Flag> Behaviour() =>
    [
        Flag.Integer("--random-seed", (0, Any), "seeds requests that bring no seed",
            o => (int)o.Engine.RandomSeed, (o, v) => o with { Engine = o.Engine with { RandomSeed = (ulong)v } })
            with { Unset = "random" },
        Flag.Switch("--enable-deterministic-inference",
            "a seeded request gives the same tokens alone and in any batch, in chunks, retracted; on the CPU always",
            o => o.Engine.DeterministicInference,
            o => o with { Engine = o.Engine with { DeterministicInference = true } }),
        Flag.Switch("--enable-torch-compile", "accepted, changes nothing: kernels are fused as they are",
            o => o.EnableTorchCompile, o => o with { EnableTorchCompile = true }),
        Flag.Integer("--stream-interval", (1, Any), "tokens per streamed event, after the first",
            o => o.StreamInterval, (o, v) => o with { StreamInterval = v }),
        Flag.Choice("--sampling-defaults", ["model", "openai"],
            "what OpenAI requests leave out: from generation_config.json, or OpenAI's defaults",
            o => o.SamplingDefaults, (o, v) => o with { SamplingDefaults = v }),
        Flag.Switch("--enable-cache-report", "usage tells the prompt tokens found in the cache",
            o => o.EnableCacheReport, o => o with { EnableCacheReport = true }),
        Flag.Switch("--skip-server-warmup", "no request before the server is ready",
            o => o.SkipServerWarmup, o => o with { SkipServerWarmup = true }),
        Flag.Choice("--log-level", [.. _logLevels.Select(level => level.Name)], "least important line that is logged",
            o => _logLevels.First(level => level.Level == o.LogLevel).Name,
            (o, v) => o with { LogLevel = _logLevels.First(level => level.Name == v).Level }),
        Flag.Integer("--decode-log-interval", (1, Any), "decode steps from one log line to the next",
            o => o.Engine.DecodeLogInterval,
            (o, v) => o with { Engine = o.Engine with { DecodeLogInterval = v } }),
        Flag.Choice("--log-format", ["text", "json"], "of every log line; json: an object a line, with ids and fields",
            o => o.JsonLogs ? "json" : "text", (o, v) => o with { JsonLogs = v == "json" })
            with { Alias = "--log-requests-format" },
        Flag.Switch("--enable-metrics", "/metrics answers, in Prometheus' text format",
            o => o.EnableMetrics, o => o with { EnableMetrics = true }),
        Flag.Switch("--log-requests", "a line when a request comes and when it ends",
            o => o.LogRequests, o => o with { LogRequests = true }),
    ];

    private static string Lower(LoadFormat format) => Enum.GetName(format)!.ToLowerInvariant();
}
