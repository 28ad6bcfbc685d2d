using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Scheduling;

/// <summary>The numbers that <see cref="EngineOptions"/> leaves to the model and the device.</summary>
/// <param name="PoolTokens">Size of the KV pool.</param>
/// <param name="ChunkedPrefillSize">See <see cref="EngineOptions.ChunkedPrefillSize"/>; 0 or less never cuts.</param>
internal sealed record EngineLimits(
    int ContextLength, int PoolTokens, int ChunkedPrefillSize, int MaxRunningRequests, int MaxQueuedRequests)
{
    /// <param name="weightBytes">Device memory that the weights took already.</param>
    /// <exception cref="UserErrorException">An option makes no sense, or the memory is too small.</exception>
    public static EngineLimits Resolve(EngineOptions options, ICausalModel model, IOps ops, long weightBytes)
    {
        AtLeast("--context-length", options.ContextLength, 1);
        AtLeast("--max-total-tokens", options.MaxTotalTokens, EngineOptions.MinPoolTokens);
        AtLeast("--max-running-requests", options.MaxRunningRequests, 1);
        AtLeast("--max-queued-requests", options.MaxQueuedRequests, 1);
        AtLeast("--max-prefill-tokens", options.MaxPrefillTokens, 1);
        if (!(options.ScheduleConservativeness >= 0))
            throw new UserErrorException(
                $"--schedule-conservativeness is {options.ScheduleConservativeness}; it must be 0 or more.");

        int context = options.ContextLength ?? model.Config.ContextLength;
        int pool = options.MaxTotalTokens ?? SizePool(options, model, ops, context, weightBytes);
        long perToken = BytesPerToken(model, ops);
        long free = ops.AvailableBytes;
        if (pool > free / perToken)
            throw new UserErrorException(
                $"--max-total-tokens {pool} needs {pool * perToken:N0} bytes for keys and values; "
                + $"{ops.Description} has {free:N0} bytes free, enough for {free / perToken} tokens.");
        return new EngineLimits(
            context,
            pool,
            options.ChunkedPrefillSize
                ?? (ops is CpuOps ? EngineOptions.CpuChunkedPrefillSize : EngineOptions.GpuChunkedPrefillSize),
            options.MaxRunningRequests ?? Math.Min(pool / 2, EngineOptions.DefaultMaxRunningRequests),
            options.MaxQueuedRequests ?? EngineOptions.DefaultMaxQueuedRequests);
    }

    /// <summary>Keys and values of one token over all layers.</summary>
    public static long BytesPerToken(ICausalModel model, IOps ops) =>
        model.KvWidths.Sum(width => 2L * width * (ops.ActivationType == DataType.Float32 ? 4 : 2));

    private static int SizePool(EngineOptions options, ICausalModel model, IOps ops, int context, long weightBytes)
    {
        if (options.MemFractionStatic is not (> 0 and <= 1))
            throw new UserErrorException(
                $"--mem-fraction-static is {options.MemFractionStatic}; it must be above 0, at most 1.");
        long free = ops.AvailableBytes;
        double perToken = BytesPerToken(model, ops);
        double budget = (options.MemFractionStatic * (free + weightBytes)) - weightBytes;
        double tokens = budget / perToken;
        if (ops is CpuOps)
        {
            double contexts = (double)EngineOptions.CpuPoolContexts * context;
            tokens = Math.Min(tokens, Math.Min(contexts, EngineOptions.CpuPoolBytesMax / perToken));
        }
        if (tokens < EngineOptions.MinPoolTokens)
            throw new UserErrorException(
                $"--mem-fraction-static {options.MemFractionStatic} leaves {Math.Max(0, (long)budget):N0} bytes of "
                + $"{free:N0} free ones for keys and values, after weights of {weightBytes:N0} bytes: room for "
                + $"{Math.Max(0, (long)tokens)} tokens. Raise it, or free memory.");
        return (int)Math.Min(tokens, int.MaxValue / 2);
    }

    private static void AtLeast(string flag, int? value, int least)
    {
        if (value < least)
            throw new UserErrorException($"{flag} is {value}; it must be at least {least}.");
    }
}
