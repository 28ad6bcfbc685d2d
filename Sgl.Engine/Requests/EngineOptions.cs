using Sgl.Engine.Execution;

namespace Sgl.Engine.Requests;

/// <summary>Everything about an engine that a user can set, and every limit it keeps, with its number.</summary>
public sealed record EngineOptions
{
    /// <summary>A folder with config.json and safetensors files.</summary>
    public required string ModelPath { get; init; }

    public LoadFormat LoadFormat { get; init; } = LoadFormat.Auto;

    /// <summary>Type that weights are converted to when they are loaded; null leaves them as the file has them.</summary>
    public DataType? WeightType { get; init; }

    /// <summary>Overrides the model's own context length, in tokens.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Part of the device's memory that weights and KV pool may take.</summary>
    public double MemFractionStatic { get; init; } = 0.88;

    /// <summary>Size of the KV pool, in tokens; null sizes it from memory.</summary>
    public int? MaxTotalTokens { get; init; }

    /// <summary>Null derives it from the size of the KV pool.</summary>
    public int? MaxRunningRequests { get; init; }

    /// <summary>Waiting requests beyond it are refused; null is <see cref="DefaultMaxQueuedRequests"/>.</summary>
    public int? MaxQueuedRequests { get; init; }

    /// <summary>Most prompt tokens of one step over all requests.</summary>
    public int MaxPrefillTokens { get; init; } = 16384;

    /// <summary>Most prompt tokens of one request in one step; 0 or less is no limit.</summary>
    public int ChunkedPrefillSize { get; init; } = 8192;

    /// <summary>One of the names that SchedulePolicies lists.</summary>
    public string SchedulePolicy { get; init; } = "fcfs";

    public double ScheduleConservativeness { get; init; } = 1;

    public bool DisableRadixCache { get; init; }

    /// <summary>Seeds the seeds of requests that bring none.</summary>
    public ulong RandomSeed { get; init; }

    /// <summary>Worker threads of the CPU backend; null takes every core.</summary>
    public int? CpuThreads { get; init; }

    /// <summary>A queue without a limit would be a hang without an end.</summary>
    public const int DefaultMaxQueuedRequests = 4096;

    /// <summary>On the CPU the pool, sized from memory, stops at this many contexts: 65,536 tokens for a context of 2,048.</summary>
    public const int CpuPoolContexts = 32;

    /// <summary>... and at this many bytes.</summary>
    public const long CpuPoolBytesMax = 4L << 30;
}
