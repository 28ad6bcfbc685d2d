using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Gateway.Metrics;
using Sgl.Gateway.Tests.Support;

namespace Sgl.Gateway.Tests.Metrics;

/// <summary>An engine's status, as a listener in the same process sees it.</summary>
public sealed class EngineMetricsTests
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly string _model = Guid.NewGuid().ToString();
    private EngineStatus _status = new()
    {
        RunningRequests = 3,
        QueuedRequests = 2,
        QueuedTokens = 50,
        TotalTokens = 1000,
        FreeTokens = 500,
        CachedTokens = 300,
        HeldTokens = 200,
        GenerationThroughput = 12.5,
        CacheHitRate = 0.25,
        PromptTokensTotal = 400,
        CachedTokensTotal = 100,
        GeneratedTokensTotal = 70,
        RetractionsTotal = 4,
        Steps = 9,
        HostSeconds = 0.5,
        WeightBytes = 3L << 30,
        KvCacheBytes = 1L << 29,
    };

    [Theory]
    [InlineData("num_running_reqs", 3)]
    [InlineData("num_queue_reqs", 2)]
    [InlineData("token_usage", 0.2)]
    [InlineData("num_used_tokens", 200)]
    [InlineData("kv_available_tokens", 500)]
    [InlineData("kv_evictable_tokens", 300)]
    [InlineData("max_total_num_tokens", 1000)]
    [InlineData("gen_throughput", 12.5)]
    [InlineData("cache_hit_rate", 0.25)]
    [InlineData("num_retracted_reqs", 4)]
    [InlineData("num_retracted_requests_total", 4)]
    [InlineData("weight_memory_usage_gb", 3)]
    [InlineData("kv_cache_memory_usage_gb", 0.5)]
    public void TheStatusIsShown(string name, double value) =>
        Assert.Equal(value, Read()[$"sglang:{name}", Labels()]);

    [Fact]
    public void TokensAreToldApartByWhatTheyCost()
    {
        Exposition metrics = Read();
        string[] modes = ["mode=prefill_compute", "mode=prefill_cache", "mode=decode"];
        Assert.Equal(
            [300, 100, 70], modes.Select(mode => metrics["sglang:realtime_tokens_total", [.. Labels(), mode]]));
    }

    [Fact]
    public void TypesAreSGLangs()
    {
        IReadOnlyDictionary<string, string> types = Read().Types;
        Assert.Equal("counter", types["sglang:num_retracted_requests_total"]);
        Assert.Equal("counter", types["sglang:realtime_tokens_total"]);
        Assert.Equal("gauge", types["sglang:num_running_reqs"]);
        Assert.Equal("gauge", types["sglang:max_total_num_tokens"]);
    }

    [Fact]
    public void AtRestNothingIsGenerated()
    {
        _status = _status with { RunningRequests = 0 };
        Assert.Equal(0, Read()["sglang:gen_throughput", Labels()]);
    }

    [Fact]
    public void EnginesAreToldApartByTheirRanks()
    {
        using MetricsListener listener = Listen();
        using EngineMetrics first = new(Options(0), () => _status);
        using EngineMetrics second = new(Options(1), () => _status with { RunningRequests = 8 });
        Exposition metrics = Exposition.Parse(listener.Render());
        Assert.Equal(3, metrics["sglang:num_running_reqs", Labels()]);
        Assert.Equal(8, metrics["sglang:num_running_reqs", Labels(1)]);
    }

    [Fact]
    public void AnEngineThatIsGoneIsShownNoMore()
    {
        using MetricsListener listener = Listen();
        EngineMetrics engine = new(Options(0), () => _status);
        Assert.True(Exposition.Parse(listener.Render()).Has("sglang:num_running_reqs", Labels()));
        engine.Dispose();
        // Engines of other tests may be there, this one may not.
        Assert.DoesNotContain(_model, listener.Render());
    }

    private Exposition Read()
    {
        using EngineMetrics engine = new(Options(0), () => _status);
        using MetricsListener listener = Listen();
        return Exposition.Parse(listener.Render());
    }

    private MetricsListener Listen() => new(_services.GetRequiredService<IMeterFactory>());

    private EngineOptions Options(int rank) => new() { ModelPath = "path", ModelName = _model, Rank = rank };

    private string[] Labels(int rank = 0) => [$"model_name={_model}", $"dp_rank={rank}"];
}
