using Sgl.Engine.Requests;
using Sgl.Gateway.Metrics;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Serving;

/// <summary>What the endpoints share: the model, the requests in flight and the server's phase.</summary>
internal sealed class GenerationService(
    ServedModel served, GenerationMetrics metrics, ILogger<GenerationService> log)
{
    private volatile ServerPhase _phase = ServerPhase.Starting;

    public ServedModel Served => served;

    public ModelInfo Model => served.Backend.Model;

    public GatewayLimits Limits => served.Options.Limits;

    public LiveRequests Live { get; } = new();

    public SeedSource Seeds { get; } = new(served.Options.Engine.RandomSeed);

    public ILogger Log => log;

    public ServerPhase Phase
    {
        get => _phase;
        set => _phase = value;
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
