using System.Diagnostics;
using Sgl.Grains.Replicas;
using Sgl.Grains.Sessions;
using Sgl.Grains.Streams;
using Sgl.Silo.Flags;

namespace Sgl.Silo.Hosting;

/// <summary>
/// What runs beside the silo: its reports, and the gateway's links. At the end the replicas here give their streams to
/// others before the silo goes.
/// </summary>
internal sealed class ClusterService(
    SiloOptions options, LocalReplicas local, ReplicaSet replicas, SiloReporter reporter, IGrainFactory grains,
    ILocalSiloDetails silo, IHostApplicationLifetime lifetime, ClusterBackend backend, ClusterModels models,
    SessionStore sessions, ILogger<ClusterService> log) : IHostedService
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private Task _loops = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(BeginDraining);
        backend.KeepSessions(sessions);
        string address = silo.SiloAddress.ToParsableString();
        _loops = Task.WhenAll(
            Task.Run(() => reporter.RunAsync(_stop.Token), CancellationToken.None),
            options.IsGateway
                ? Task.Run(() => replicas.RunAsync(grains, address, _stop.Token), CancellationToken.None)
                : Task.CompletedTask,
            options.IsGateway
                ? Task.Run(() => models.RunAsync(grains, address, sessions, _stop.Token), CancellationToken.None)
                : Task.CompletedTask);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        long since = Stopwatch.GetTimestamp();
        while (local.StreamCount > 0 && Stopwatch.GetElapsedTime(since) < options.Gateway.ShutdownTimeout)
            await Task.Delay(_look, CancellationToken.None);
        if (local.StreamCount > 0)
            log.LogWarning("{Streams} stream(s) found no other replica in time and are cut.", local.StreamCount);
        await _stop.CancelAsync();
        await _loops;
    }

    private void BeginDraining()
    {
        if (local.Offer is not { } offer)
            return;
        log.LogInformation("Draining: {Streams} stream(s) move to other replicas.", local.StreamCount);
        local.Drain();
        _ = reporter.ReportAsync(offer);
    }
}
