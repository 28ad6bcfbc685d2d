using System.Net;
using System.Net.Sockets;
using Orleans.Configuration;
using Sgl.Engine;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Gateway;
using Sgl.Gateway.Hosting;
using Sgl.Grains.Replicas;
using Sgl.Grains.Routing;
using Sgl.Grains.Sessions;
using Sgl.Grains.Streams;
using Sgl.Silo.Clients;
using Sgl.Silo.Endpoints;
using GatewayOptions = Sgl.Gateway.Flags.GatewayOptions;
using SiloOptions = Sgl.Silo.Flags.SiloOptions;

namespace Sgl.Silo.Hosting;

/// <summary>The web server and the silo in one host.</summary>
internal static class SiloHost
{
    private const string Npgsql = "Npgsql";

    /// <exception cref="UserErrorException">The model folder is wrong.</exception>
    public static WebApplication Build(SiloOptions options, ILoggerFactory loggers)
    {
        GatewayOptions gateway = options.Gateway;
        Func<IInferenceBackend, ServedModel> text = ModelLoader.LoadText(gateway);
        ModelInfo model = Describe(gateway);
        Router router = new(RoutingPolicies.Create(options.RoutingPolicy), TimeProvider.System);
        ReplicaSet replicas = new(
            gateway.ModelName, router, options.Cluster, loggers.CreateLogger<ReplicaSet>(), model.KeySharing);
        ClusterBackend backend = new(model, replicas);
        ServedModel own = text(backend) with { OpenSession = backend.OpenSessionAsync };
        ClusterModels models = new(options, own, loggers);
        ServedModel served = own with { All = () => models.Offered };
        WebApplication app = GatewayHost.Build(served, builder =>
        {
            builder.Services.AddSingleton(options).AddSingleton(options.Cluster).AddSingleton(replicas);
            builder.Services.AddSingleton(new LocalReplicas(
                options.HasDevices ? ModelFiles.Offer(options, model, loggers.CreateLogger("Sgl.Engine")) : null));
            builder.Services.AddSingleton(models);
            builder.Services.AddSingleton(backend).AddSingleton<SessionStore>().AddSingleton<SiloReporter>();
            builder.Services.AddSingleton(new TraceSource("Microsoft.Orleans.Application"));
            // What the silo tells of its own life fills pages; from warnings on it matters.
            builder.Logging.AddFilter("Orleans", LogLevel.Warning).AddFilter("Polly", LogLevel.Warning);
            builder.Host.UseOrleans(silo => Configure(silo, options));
            // After the silo, so that it stops before.
            builder.Services.AddHostedService<ClusterService>();
        });
        ClusterEndpoint.Map(app);
        return app;
    }

    /// <summary>What the folder alone tells of the model; how large the KV pool is, a loaded replica tells.</summary>
    private static ModelInfo Describe(GatewayOptions options)
    {
        ModelConfig config = ModelConfig.Load(options.Engine.ModelPath);
        int context = options.Engine.ContextLength ?? config.ContextLength;
        return new ModelInfo
        {
            Path = options.Engine.ModelPath,
            Architecture = config.Architecture,
            ModelType = config.ModelType,
            VocabularySize = config.VocabularySize,
            ContextLength = context,
            MaxRequestTokens = options.Engine.MaxTotalTokens ?? context,
            EndTokens = config.EndTokens,
        };
    }

    private static void Configure(ISiloBuilder silo, SiloOptions options)
    {
        int siloPort = options.SiloPort == 0 ? FreePort() : options.SiloPort;
        int clientPort = options.ClientPort == 0 ? FreePort() : options.ClientPort;
        if (options.Postgres is not { } connection)
        {
            silo.UseLocalhostClustering(
                siloPort, clientPort, serviceId: options.ClusterId, clusterId: options.ClusterId);
            silo.AddMemoryGrainStorage(SessionGrain.Storage);
        }
        else
        {
            IPAddress address = IPAddress.Parse(options.SiloHost);
            silo.ConfigureEndpoints(
                address, siloPort, clientPort, listenOnAnyHostAddress: !IPAddress.IsLoopback(address));
            silo.Configure<Orleans.Configuration.ClusterOptions>(
                cluster => (cluster.ClusterId, cluster.ServiceId) = (options.ClusterId, options.ClusterId));
            silo.UseAdoNetClustering(
                table => (table.Invariant, table.ConnectionString) = (Npgsql, connection));
            silo.AddAdoNetGrainStorage(SessionGrain.Storage, (AdoNetGrainStorageOptions storage) =>
                (storage.Invariant, storage.ConnectionString) = (Npgsql, connection));
        }

        if (!options.IsGateway)
            silo.Configure<GrainTypeOptions>(types => types.Classes.Remove(typeof(InferenceGrain)));
        if (options.Gateway.ExportTraces)
            silo.AddActivityPropagation();
        silo.Configure<ClusterMembershipOptions>(Hasten);
        silo.Configure<SiloMessagingOptions>(messages => messages.ResponseTimeout = TimeSpan.FromSeconds(10));
        silo.Services.AddPlacementDirector<SlotPlacement, SlotPlacementDirector>();
    }

    /// <summary>Streams do not wait for membership; what is to be activated anew does.</summary>
    private static void Hasten(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(2);
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(10);
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
