using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Placement;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Replicas;

/// <inheritdoc cref="IModelReplicaGrain"/>
[Reentrant]
[Immovable]
[SlotPlacement]
[CollectionAgeLimit(AlwaysActive = true)]
public sealed class ModelReplicaGrain(
    LocalReplicas local, ClusterOptions options, ILogger<ModelReplicaGrain> log) : Grain, IModelReplicaGrain
{
    private Replica? _replica;
    private bool _draining;
    private int _failedTicks;

    private Replica Replica => _replica ?? throw new InvalidOperationException("The replica is not active.");

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        string key = this.GetPrimaryKeyString();
        if (local.Offer is not { } offer)
            throw new InvalidOperationException($"Replica {key} is on a silo that offers no slots.");
        _replica = new Replica(options, log);
        int slot = local.Add(key, _replica);
        _replica.Start(() => offer.Load(slot), local.OnFailed);
        this.RegisterGrainTimer(TendAsync, options.ReportInterval, options.ReportInterval);
        log.LogInformation("Replica {Key} starts in this silo.", key);
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_replica is null)
            return;
        await _replica.DisposeAsync();
        local.Remove(this.GetPrimaryKeyString());
        log.LogInformation("Replica {Key} has ended: {Reason}", this.GetPrimaryKeyString(), reason.Description);
    }

    // Its activation is all that there is to do.
    public Task StartAsync() => Task.CompletedTask;

    public Task<SubmitAnswer> SubmitAsync(Guid link, ReplicaRequest request) => Replica.SubmitAsync(link, request);

    public Task<LinkNews> PullAsync(Guid link) => Replica.PullAsync(link);

    public Task CancelAsync(Guid link, string stream)
    {
        Replica.Cancel(link, stream);
        return Task.CompletedTask;
    }

    public Task<CacheContents?> GetCacheAsync() => Replica.GetCacheAsync();

    public Task<bool> FlushCacheAsync() => Replica.FlushCacheAsync();

    public Task DrainAsync()
    {
        _draining = true;
        Replica.Drain();
        return Task.CompletedTask;
    }

    private async Task TendAsync()
    {
        Replica.GiveUpSilentLinks();
        ReplicaLoad load = await Replica.LoadAsync();
        _failedTicks = load.State == ReplicaState.Failed ? _failedTicks + 1 : 0;
        // A failed one stays a while, so that its problem is seen, and then makes room for another try.
        if ((_draining && Replica.StreamCount == 0) || _failedTicks * options.ReportInterval > options.FailedTime)
            DeactivateOnIdle();
    }
}
