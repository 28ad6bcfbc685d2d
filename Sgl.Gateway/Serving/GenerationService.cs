using System.Collections.Concurrent;
using Sgl.Engine.Requests;
using Sgl.Gateway.Metrics;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Serving;

/// <summary>What the endpoints share: the model, the requests in flight and the server's phase.</summary>
internal sealed class GenerationService(
    ServedModel served, GenerationMetrics metrics, ILogger<GenerationService> log)
{
    private readonly ConcurrentDictionary<ServedModel, GenerationService> _others =
        new(ReferenceEqualityComparer.Instance);
    private GenerationService? _first;
    private volatile ServerPhase _phase = ServerPhase.Starting;

    public ServedModel Served => served;

    public ModelInfo Model => served.Backend.Model;

    public GatewayLimits Limits => served.Options.Limits;

    public LiveRequests Live { get; private init; } = new();

    public SeedSource Seeds { get; } = new(served.Options.Engine.RandomSeed);

    public ILogger Log => log;

    public ServerPhase Phase
    {
        get => _first?.Phase ?? _phase;
        set => _phase = value;
    }

    /// <summary>The models that are served at the moment.</summary>
    public IReadOnlyList<ServedModel> Models => served.All?.Invoke() ?? [served];

    /// <summary>
    /// The same for the model that a request names. Where there is one model only it answers whatever the request says,
    /// as SGLang does.
    /// </summary>
    /// <exception cref="RequestException">There are several, and it is none of them.</exception>
    public GenerationService For(string? model)
    {
        IReadOnlyList<ServedModel> all = Models;
        ServedModel? named = all.FirstOrDefault(one => one.Options.ModelName == model);
        if (named is null && model is not null && all.Count > 1)
            throw new RequestException(
                $"The model '{model}' does not exist; this server has "
                + $"{string.Join(", ", all.Select(one => one.Options.ModelName))}.",
                "model", StatusCodes.Status404NotFound);
        named ??= all[0];
        return ReferenceEquals(named.Backend, served.Backend) ? this : _others.GetOrAdd(
            named, other => new GenerationService(other, metrics, log) { Live = Live, _first = this });
    }

    /// <summary>Starts every generation of a plan. Disposing the set ends what still runs.</summary>
    /// <exception cref="EngineStoppedException">The server is shutting down.</exception>
    /// <param name="resumeAt">What the client has of each generation already; null: nothing.</param>
    public GenerationSet Start(
        GenerationPlan plan, CancellationToken client, IReadOnlyList<SentMark>? resumeAt = null) =>
        Phase != ServerPhase.Stopping
        ? new GenerationSet(plan, served, Live, metrics, client, resumeAt)
        : throw new EngineStoppedException("The server is shutting down and takes no more requests.");
}
