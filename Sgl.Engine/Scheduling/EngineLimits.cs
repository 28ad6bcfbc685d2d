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
    /// <summary>Runs the largest step where the device's memory must hold it beside the KV pool.</summary>
    /// <exception cref="UserErrorException">An option makes no sense, or the memory is too small.</exception>
    public static EngineLimits Resolve(EngineOptions options, ICausalModel model, IOps ops)
    {
        Check(options);
        int context = options.ContextLength ?? model.Config.ContextLength;
        int chunk = options.ChunkedPrefillSize ?? ops.Traits.ChunkedPrefillSize;
        long all = ops.AvailableBytes + ops.LoadedBytes;
        if (ops.Traits.ReservesSteps)
            ReserveLargestStep(options, model, ops, context, chunk);
        int pool = options.MaxTotalTokens ?? SizePool(options, model, ops, context, all);
        long perToken = BytesPerToken(model, ops);
        long free = ops.AvailableBytes;
        if (pool > free / perToken)
            throw new UserErrorException(
                $"--max-total-tokens {pool} needs {pool * perToken:N0} bytes for keys and values; "
                + $"{ops.Description} has {free:N0} bytes free, enough for {free / perToken} tokens.");
        return new EngineLimits(
            context,
            pool,
            chunk,
            MaxRunning(options, pool),
            options.MaxQueuedRequests ?? EngineOptions.DefaultMaxQueuedRequests);
    }

    /// <summary>Keys and values of one token over all layers.</summary>
    public static long BytesPerToken(ICausalModel model, IOps ops) =>
        model.KvWidths.Sum(width => 2L * width * (ops.ActivationType == DataType.Float32 ? 4 : 2));

    private static int MaxRunning(EngineOptions options, int pool) =>
        options.MaxRunningRequests ?? Math.Min(pool / 2, EngineOptions.DefaultMaxRunningRequests);

    private static void ReserveLargestStep(EngineOptions options, ICausalModel model, IOps ops, int context, int chunk)
    {
        int most = options.MaxTotalTokens ?? int.MaxValue;
        // A prompt that is never cut may be as long as the context.
        int budget = options.MaxPrefillTokens;
        int prompt = chunk > 0 ? Math.Min(chunk, budget) : Math.Max(budget, context);
        LargestStep step = new(Math.Min(prompt, most), MaxRunning(options, most), context);
        try
        {
            step.Run(model, ops);
        }
        catch (DeviceMemoryException error)
        {
            throw new UserErrorException(
                $"The largest step, of {step.PromptTokens} prompt tokens and {step.Requests} requests, does not fit "
                + $"beside weights of {ops.LoadedBytes:N0} bytes: {error.Message}. Lower --chunked-prefill-size "
                + $"({chunk}), --max-prefill-tokens ({options.MaxPrefillTokens}) or --max-running-requests "
                + $"({step.Requests}); --mem-fraction-static ({options.MemFractionStatic}) shares out only what is "
                + "left after it.",
                error);
        }
    }

    /// <summary>
    /// What the fraction allows for weights and pool together, but no more than weights and the largest step leave.
    /// </summary>
    /// <param name="all">Bytes that weights, steps and pool can share.</param>
    private static int SizePool(EngineOptions options, ICausalModel model, IOps ops, int context, long all)
    {
        if (options.MemFractionStatic is not (> 0 and <= 1))
            throw new UserErrorException(
                $"--mem-fraction-static is {options.MemFractionStatic}; it must be above 0, at most 1.");
        DeviceTraits traits = ops.Traits;
        long free = ops.AvailableBytes;
        double perToken = BytesPerToken(model, ops);
        double budget = Math.Min(options.MemFractionStatic * all - ops.LoadedBytes, free - traits.HeadroomBytes);
        double tokens = Math.Min(budget, traits.PoolBytes) / perToken;
        tokens = Math.Min(tokens, (double)traits.PoolContexts * context);
        if (tokens < EngineOptions.MinPoolTokens)
            throw new UserErrorException(
                $"--mem-fraction-static {options.MemFractionStatic} leaves {Math.Max(0, (long)budget):N0} bytes of "
                + $"{free:N0} free ones for keys and values, after weights of {ops.LoadedBytes:N0} bytes: room for "
                + $"{Math.Max(0, (long)tokens)} tokens. Raise it, or free memory.");
        return (int)Math.Min(tokens, int.MaxValue / 2);
    }

    private static void Check(EngineOptions options)
    {
        AtLeast("--context-length", options.ContextLength, 1);
        AtLeast("--max-total-tokens", options.MaxTotalTokens, EngineOptions.MinPoolTokens);
        AtLeast("--max-running-requests", options.MaxRunningRequests, 1);
        AtLeast("--max-queued-requests", options.MaxQueuedRequests, 1);
        AtLeast("--max-prefill-tokens", options.MaxPrefillTokens, 1);
        if (!(options.ScheduleConservativeness >= 0))
            throw new UserErrorException(
                $"--schedule-conservativeness is {options.ScheduleConservativeness}; it must be 0 or more.");
    }

    private static void AtLeast(string flag, int? value, int least)
    {
        if (value < least)
            throw new UserErrorException($"{flag} is {value}; it must be at least {least}.");
    }
}
