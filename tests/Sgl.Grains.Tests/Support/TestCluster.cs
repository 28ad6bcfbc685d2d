using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.TestingHost;
using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Replicas;
using Sgl.Grains.Routing;
using Sgl.Grains.Sessions;
using Sgl.Grains.Streams;

namespace Sgl.Grains.Tests.Support;

/// <summary>Silos in this process; each offers slots for one model. The test is the gateway.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    public const string Model = "tiny";

    private readonly InProcessTestCluster _cluster;
    private readonly CancellationTokenSource _stop = new();
    private Task _gateway = Task.CompletedTask;

    private TestCluster(InProcessTestCluster cluster, ClusterOptions options, ModelInfo model)
    {
        _cluster = cluster;
        Replicas = new ReplicaSet(
            Model, new Router(RoutingPolicies.Create("least_loaded"), TimeProvider.System), options,
            NullLogger.Instance);
        Backend = new ClusterBackend(model, Replicas);
    }

    /// <summary>Short times, so that a test sees what comes after them.</summary>
    public static ClusterOptions Quick { get; } = new()
    {
        ReportInterval = TimeSpan.FromMilliseconds(100),
        ReportTimeout = TimeSpan.FromSeconds(1),
        Heartbeat = TimeSpan.FromMilliseconds(100),
        StreamGapTimeout = TimeSpan.FromSeconds(1),
        FailedTime = TimeSpan.FromMilliseconds(300),
    };

    public ClusterBackend Backend { get; }

    public ReplicaSet Replicas { get; }

    public IGrainFactory Grains => _cluster.Client;

    /// <param name="load">Makes the engine of a slot.</param>
    /// <param name="slots">Of each silo.</param>
    public static async Task<TestCluster> StartAsync(
        short silos, Func<IInferenceBackend> load, int slots = 1, ScalingRules? scaling = null,
        ClusterOptions? options = null)
    {
        options ??= Quick;
        ModelInfo model = new FakeEngine().Model;
        InProcessTestClusterBuilder builder = new(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(options);
            silo.Services.AddSingleton(new LocalReplicas(Offer(load, slots, scaling ?? new ScalingRules(), model)));
            silo.Services.AddSingleton<SiloReporter>();
            silo.Services.AddHostedService<Reports>();
            silo.AddMemoryGrainStorage(SessionGrain.Storage);
            silo.Services.AddPlacementDirector<SlotPlacement, SlotPlacementDirector>();
        });
        TestCluster cluster = new(builder.Build(), options, model);
        await cluster._cluster.DeployAsync();
        cluster._gateway = cluster.Replicas.RunAsync(cluster.Grains, "test", cluster._stop.Token);
        return cluster;
    }

    /// <summary>The records of sessions, as a gateway in that silo has them.</summary>
    public SessionStore SessionsOn(InProcessSiloHandle silo) => new(
        silo.ServiceProvider.GetRequiredService<IGrainFactory>(), Replicas.Options, NullLogger<SessionStore>.Instance);

    /// <summary>Waits until so many replicas are ready.</summary>
    public Task ReadyAsync(int count) => Eventually.IsTrueAsync(
        () => Replicas.Router.Replicas.Count(replica => replica.IsReady) == count);

    public LocalReplicas On(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<LocalReplicas>();

    public IReadOnlyList<InProcessSiloHandle> Silos => _cluster.Silos;

    public Task KillAsync(InProcessSiloHandle silo) => _cluster.KillSiloAsync(silo);

    public Task<InProcessSiloHandle> AddAsync() => _cluster.StartAdditionalSiloAsync();

    /// <summary>A silo whose replica has streams.</summary>
    public InProcessSiloHandle Busy() => Silos.First(silo => On(silo).StreamCount > 0);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _gateway;
        await _cluster.DisposeAsync();
    }

    private static ReplicaOffer Offer(Func<IInferenceBackend> load, int slots, ScalingRules scaling, ModelInfo model) =>
        new()
        {
            Model = Model,
            Slots = slots,
            Load = _ => load(),
            Description = new ModelDescription
            {
                Path = model.Path,
                Architecture = model.Architecture,
                ModelType = model.ModelType,
                VocabularySize = model.VocabularySize,
                ContextLength = model.ContextLength,
                MaxRequestTokens = model.MaxRequestTokens,
                EndTokens = [.. model.EndTokens],
                TextFiles = [],
                Scaling = scaling,
            },
        };

    private sealed class Reports(SiloReporter reporter) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => reporter.RunAsync(stoppingToken);
    }
}
