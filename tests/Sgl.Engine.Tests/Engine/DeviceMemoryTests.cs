using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;
using Sgl.Engine.Weights;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Engine;

/// <summary>
/// How weights, the largest step and the KV pool share a device's memory, and what is said when they cannot.
/// </summary>
public sealed class DeviceMemoryTests : IDisposable
{
    private const long Megabyte = 1 << 20;
    private readonly List<IDisposable> _owned = [];

    private static EngineOptions Options => new()
    {
        ModelPath = Repository.TinyModel,
        MaxRunningRequests = 8,
        MemFractionStatic = 0.5,
    };

    [Fact]
    public void TheFractionIsOfWeightsAndPoolTogether()
    {
        (FakeDevice device, ICausalModel model) = Load(900 * Megabyte, loaded: 100 * Megabyte);
        EngineLimits limits = EngineLimits.Resolve(Options, model, device);
        long perToken = EngineLimits.BytesPerToken(model, device);
        // A slot a layer of the profile is all that the device took before.
        Assert.Equal(350 * Megabyte / perToken, limits.PoolTokens, 1.0);
        Assert.Equal(64, limits.ChunkedPrefillSize);
    }

    [Fact]
    public void ThePoolLeavesWhatTheLargestStepTook()
    {
        (FakeDevice device, ICausalModel model) = Load(100 * Megabyte);
        EngineLimits limits = EngineLimits.Resolve(Options with { MemFractionStatic = 1 }, model, device);
        long perToken = EngineLimits.BytesPerToken(model, device);
        Assert.Equal(device.AvailableBytes / perToken, limits.PoolTokens);
        // Logits of the eight that decode and of the 64 prompt positions are among it.
        long logits = 4L * 72 * model.Config.VocabularySize;
        Assert.InRange(limits.PoolTokens * perToken, 1, 100 * Megabyte - logits);
        Assert.Equal([8, 8], device.Sampled);
    }

    [Fact]
    public void ADeviceThatTakesStepsFromElsewhereRunsNone()
    {
        DeviceTraits traits = new() { ChunkedPrefillSize = 7, PoolContexts = 2, PoolBytes = 9 * Megabyte };
        (FakeDevice device, ICausalModel model) = Load(100 * Megabyte, traits: traits);
        EngineLimits limits = EngineLimits.Resolve(Options, model, device);
        Assert.Empty(device.Sampled);
        Assert.Equal(7, limits.ChunkedPrefillSize);
        Assert.Equal(
            Math.Min(2 * limits.ContextLength, 9 * Megabyte / EngineLimits.BytesPerToken(model, device)),
            limits.PoolTokens);
    }

    [Fact]
    public void AnUncutPromptMayBeAsLongAsTheContext()
    {
        (FakeDevice small, ICausalModel model) = Load(200 * Megabyte);
        EngineLimits.Resolve(Options with { MaxTotalTokens = 1000, ChunkedPrefillSize = 16 }, model, small);
        (FakeDevice large, model) = Load(200 * Megabyte);
        EngineLimits.Resolve(Options with { MaxTotalTokens = 1000, ChunkedPrefillSize = -1 }, model, large);
        // 1,000 tokens of hidden states, though 16,384 are the limit of a step: the pool holds no more.
        long hidden = 4L * (1000 - 16) * model.Config.HiddenSize;
        Assert.InRange(small.AvailableBytes - large.AvailableBytes, hidden, 30 * hidden);
    }

    [Fact]
    public void AStepThatDoesNotFitIsSaidWithItsFlags()
    {
        (FakeDevice device, ICausalModel model) = Load(Megabyte, loaded: 1000);
        var error = Assert.Throws<UserErrorException>(() => EngineLimits.Resolve(Options, model, device));
        Assert.Matches(
            @"^The largest step, of 64 prompt tokens and 8 requests, does not fit beside weights of 1,000 bytes: "
            + @"[0-9,]+ bytes were asked for, [0-9,]+ are free on fake\. Lower --chunked-prefill-size \(64\), "
            + @"--max-prefill-tokens \(16384\) or --max-running-requests \(8\); --mem-fraction-static \(0\.5\)",
            error.Message);
    }

    [Fact]
    public void MemoryThatTheWeightsFillIsSaidWithItsNumbers()
    {
        (FakeDevice device, ICausalModel model) = Load(100 * Megabyte, loaded: 70 * Megabyte);
        var error = Assert.Throws<UserErrorException>(() => EngineLimits.Resolve(Options, model, device));
        Assert.StartsWith("--mem-fraction-static 0.5 leaves 0 bytes of ", error.Message);
        Assert.Contains("weights of 73,400,320 bytes: room for 0 tokens. Raise it", error.Message);
    }

    [Fact]
    public void APoolThatIsAskedForAndDoesNotFitIsRefused()
    {
        (FakeDevice device, ICausalModel model) = Load(100 * Megabyte);
        var error = Assert.Throws<UserErrorException>(
            () => EngineLimits.Resolve(Options with { MaxTotalTokens = 1 << 30 }, model, device));
        Assert.StartsWith("--max-total-tokens 1073741824 needs ", error.Message);
    }

    [Fact]
    public void WeightsThatDoNotFitAreSaidWithTheFraction()
    {
        var error = Assert.Throws<UserErrorException>(
            () => InferenceEngine.Load(Options, openDevice: _ => new FakeDevice(Megabyte)));
        Assert.StartsWith("The weights do not fit: ", error.Message);
        Assert.Contains("--mem-fraction-static (0.5) shares out only what they leave", error.Message);
    }

    [Fact]
    public async Task AStepThatRunsOutOfMemoryEndsItsRequestsWithAdvice()
    {
        FakeModel model = new();
        await using InferenceEngine engine = new(
            TestRequest.Options with { MaxRunningRequests = 2 },
            model,
            new FakeDevice(200_000, traits: new DeviceTraits { ChunkedPrefillSize = 4096 }));
        model.BeforeForward = _ => throw new DeviceMemoryException("7 bytes were asked for, 6 are free on fake");
        Generation generation = await Generation.OfAsync(engine, TestRequest.Of(TestRequest.Prompt(9), 4));
        Assert.Equal(
            "The engine failed in a step: 7 bytes were asked for, 6 are free on fake. Lower --mem-fraction-static "
            + "(0.88), --max-running-requests (2) or --chunked-prefill-size (4096).",
            generation.Finish?.Message);
    }

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private (FakeDevice Device, ICausalModel Model) Load(long bytes, long loaded = 0, DeviceTraits? traits = null)
    {
        FakeDevice loading = new(long.MaxValue);
        FakeDevice device = new(bytes, loaded, traits);
        ModelConfig config = ModelConfig.Load(Repository.TinyModel);
        IWeightSource weights = WeightSources.Open(Repository.TinyModel, LoadFormat.Auto, config, null);
        _owned.AddRange([loading, device, weights]);
        return (device, ModelCatalog.Build(config, weights, loading));
    }
}
