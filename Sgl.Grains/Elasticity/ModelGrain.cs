using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime.Placement;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Elasticity;

/// <inheritdoc cref="IModelGrain"/>
[Reentrant]
public sealed class ModelGrain(ClusterOptions options, ILogger<ModelGrain> log) : Grain, IModelGrain
{
    private readonly Dictionary<string, (SiloReport Report, long Heard)> _silos = [];
    private readonly Dictionary<string, (GatewayDemand Demand, long Heard)> _gateways = [];
    private readonly Dictionary<string, (string Silo, long Since)> _starting = [];
    private readonly long _activated = Stopwatch.GetTimestamp();
    private ModelDescription? _description;
    private ReplicaScaler? _scaler;
    private int _lastIndex = -1;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(ReconcileAsync, options.ReportInterval, options.ReportInterval);
        return Task.CompletedTask;
    }

    public Task<bool> ReportAsync(SiloReport report)
    {
        _silos[report.Silo] = (report, Stopwatch.GetTimestamp());
        foreach (ReplicaEntry replica in report.Replicas)
        {
            _starting.Remove(replica.Key);
            _lastIndex = Math.Max(_lastIndex, int.Parse(replica.Key[(replica.Key.LastIndexOf('/') + 1)..]));
        }

        return Task.FromResult(_description is not null);
    }

    public Task DescribeAsync(ModelDescription description)
    {
        _description = description;
        _scaler ??= new ReplicaScaler(description.Scaling, TimeProvider.System);
        return Task.CompletedTask;
    }

    public Task<ModelDescription?> GetDescriptionAsync() => Task.FromResult(_description);

    public Task<ModelReplicas> GetReplicasAsync(GatewayDemand demand)
    {
        _gateways[demand.Gateway] = (demand, Stopwatch.GetTimestamp());
        return Task.FromResult(new ModelReplicas(_scaler?.Desired ?? 0, [.. Replicas]));
    }

    private IEnumerable<ReplicaEntry> Replicas => _silos.Values.SelectMany(silo => silo.Report.Replicas);

    private Task ReconcileAsync()
    {
        Forget(_silos, silo => silo.Heard, options.ReportTimeout);
        Forget(_gateways, gateway => gateway.Heard, options.ReportTimeout);
        Forget(_starting, starting => starting.Since, options.CallTimeout * 2);
        // At first it does not know yet what runs: those who run it will report.
        if (_scaler is null || Stopwatch.GetElapsedTime(_activated) < options.ReportInterval * 3)
            return Task.CompletedTask;

        ReplicaEntry[] serving = [.. Replicas.Where(
            replica => replica.Load.State is ReplicaState.Ready or ReplicaState.Loading)];
        int slots = _silos.Values.Where(silo => !silo.Report.Draining).Sum(silo => silo.Report.Slots);
        ReplicaLoad[] loads = [.. serving.Select(replica => replica.Load)];
        int desired = _scaler.Decide(slots, loads, [.. _gateways.Values.Select(gateway => gateway.Demand)]);
        for (int count = serving.Length + _starting.Count; count < desired && FreeSilo() is { } silo; count++)
            Start(silo);
        if (serving.Length > desired && _starting.Count == 0)
            Drain(serving);
        return Task.CompletedTask;
    }

    /// <summary>The silo with the most free slots; null when there is none.</summary>
    private string? FreeSilo() => _silos.Values.Where(silo => !silo.Report.Draining)
        .Select(silo => (silo.Report.Silo, Free: silo.Report.Slots - silo.Report.Replicas.Length
            - _starting.Values.Count(starting => starting.Silo == silo.Report.Silo)))
        .Where(silo => silo.Free > 0).OrderByDescending(silo => silo.Free).Select(silo => silo.Silo).FirstOrDefault();

    private void Start(string silo)
    {
        string key = $"{this.GetPrimaryKeyString()}/{++_lastIndex}";
        _starting[key] = (silo, Stopwatch.GetTimestamp());
        log.LogInformation("Replica {Key} is to start on {Silo}.", key, silo);
        _ = StartAsync(key, silo);
    }

    private async Task StartAsync(string key, string silo)
    {
        // The hint is seen by this call alone: what an async method sets ends with it.
        await Task.Yield();
        RequestContext.Set(IPlacementDirector.PlacementHintKey, SiloAddress.FromParsableString(silo));
        try
        {
            await GrainFactory.GetGrain<IModelReplicaGrain>(key).StartAsync().WaitAsync(options.CallTimeout);
        }
        catch (Exception error)
        {
            _starting.Remove(key);
            log.LogWarning("Replica {Key} did not start on {Silo}: {Message}", key, silo, error.Message);
        }
    }

    /// <summary>One at a time, the least busy first, those that are not loaded yet before all.</summary>
    private void Drain(ReplicaEntry[] serving)
    {
        if (Replicas.Any(replica => replica.Load.State == ReplicaState.Draining))
            return;
        ReplicaEntry least = serving.MinBy(
            replica => (replica.Load.State, replica.Load.RunningRequests + replica.Load.QueuedRequests))!;
        log.LogInformation("Replica {Key} on {Silo} is to drain.", least.Key, least.Silo);
        _ = DrainAsync(least.Key);
    }

    private async Task DrainAsync(string key)
    {
        try
        {
            await GrainFactory.GetGrain<IModelReplicaGrain>(key).DrainAsync().WaitAsync(options.CallTimeout);
        }
        catch (Exception error)
        {
            log.LogWarning("Replica {Key} could not be told to drain: {Message}", key, error.Message);
        }
    }

    private static void Forget<T>(Dictionary<string, T> known, Func<T, long> heard, TimeSpan after)
    {
        foreach ((string key, T value) in known.ToArray())
        {
            if (Stopwatch.GetElapsedTime(heard(value)) > after)
                known.Remove(key);
        }
    }
}
