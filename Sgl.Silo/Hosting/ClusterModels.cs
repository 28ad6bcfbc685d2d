using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Sgl.Engine.Requests;
using Sgl.Gateway;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Hosting;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Routing;
using Sgl.Grains.Sessions;
using Sgl.Grains.Streams;
using Sgl.Silo.Flags;

namespace Sgl.Silo.Hosting;

/// <summary>
/// The models that a gateway serves: those that silos of the cluster offer. What it needs of a model to make tokens of
/// text it gets from them, so it shares no file with them.
/// </summary>
internal sealed class ClusterModels(SiloOptions options, ServedModel own, ILoggerFactory loggers)
{
    private readonly ConcurrentDictionary<string, (ServedModel Served, CancellationTokenSource Stop)> _others = new();
    private readonly ILogger _log = loggers.CreateLogger<ClusterModels>();
    private volatile string[] _offered = [];

    /// <summary>The models with silos, the gateway's own first; its own alone as long as none is known.</summary>
    public IReadOnlyList<ServedModel> Offered
    {
        get
        {
            string[] offered = _offered;
            ServedModel[] others = [.. offered.Where(_others.ContainsKey).Select(name => _others[name].Served)];
            return others.Length == 0 || offered.Contains(own.Options.ModelName) ? [own, .. others] : others;
        }
    }

    /// <summary>Looks for models until the token fires; the silo runs by then.</summary>
    public async Task RunAsync(IGrainFactory grains, string gateway, SessionStore sessions, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(grains, gateway, sessions, stop);
            }
            catch (Exception error)
            {
                // The next look is near, and the models that are known stay.
                _log.LogDebug("The models of the cluster are not to be had: {Message}", error.Message);
            }

            await Task.Delay(options.Cluster.ReportInterval, stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RefreshAsync(
        IGrainFactory grains, string gateway, SessionStore sessions, CancellationToken stop)
    {
        TimeSpan limit = options.Cluster.CallTimeout;
        string[] names = await grains.GetGrain<IModelCatalogGrain>(0).GetModelsAsync().WaitAsync(limit, stop);
        foreach (string name in names.Where(name => name != own.Options.ModelName && !_others.ContainsKey(name)))
        {
            ModelDescription? description =
                await grains.GetGrain<IModelGrain>(name).GetDescriptionAsync().WaitAsync(limit, stop);
            if (description is not null)
                Add(name, description, grains, gateway, sessions, stop);
        }

        _offered = names;
    }

    private void Add(
        string name, ModelDescription description, IGrainFactory grains, string gateway, SessionStore sessions,
        CancellationToken stop)
    {
        GatewayOptions gatewayOptions = options.Gateway with
        {
            ServedModelName = name,
            TokenizerPath = null,
            ChatTemplate = null,
            Engine = options.Gateway.Engine with { ModelPath = Unpack(description.TextFiles) },
        };
        Router router = new(RoutingPolicies.Create(options.RoutingPolicy), TimeProvider.System);
        ReplicaSet replicas = new(name, router, options.Cluster, loggers.CreateLogger<ReplicaSet>());
        ClusterBackend backend = new(Info(description), replicas);
        backend.KeepSessions(sessions);
        ServedModel served =
            ModelLoader.LoadText(gatewayOptions)(backend) with { OpenSession = backend.OpenSessionAsync };
        CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _others[name] = (served, ends);
        _ = Task.Run(() => replicas.RunAsync(grains, gateway, ends.Token), CancellationToken.None);
        _log.LogInformation("The cluster offers the model {Model}.", name);
    }

    private static ModelInfo Info(ModelDescription description) => new()
    {
        Path = description.Path,
        Architecture = description.Architecture,
        ModelType = description.ModelType,
        VocabularySize = description.VocabularySize,
        ContextLength = description.ContextLength,
        MaxRequestTokens = description.MaxRequestTokens,
        EndTokens = description.EndTokens,
    };

    /// <returns>A folder with the files; one that is there already has the same, for its name tells what is in
    /// it.</returns>
    private static string Unpack(Dictionary<string, byte[]> files)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, byte[] content) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}:{content.Length}:"));
            hash.AppendData(content);
        }

        string folder = Path.Combine(
            Path.GetTempPath(), "sgl-models", Convert.ToHexStringLower(hash.GetHashAndReset())[..32]);
        if (Directory.Exists(folder))
            return folder;
        string partial = Directory.CreateDirectory($"{folder}.{Guid.NewGuid():N}").FullName;
        foreach ((string name, byte[] content) in files)
            File.WriteAllBytes(Path.Combine(partial, Path.GetFileName(name)), content);
        try
        {
            Directory.Move(partial, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another silo of this machine was faster.
            Directory.Delete(partial, recursive: true);
        }

        return folder;
    }
}
