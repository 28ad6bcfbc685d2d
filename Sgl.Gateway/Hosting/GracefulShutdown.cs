using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Hosting;

/// <summary>
/// At SIGTERM or ctrl-C new requests are refused and those that run may finish for a bounded time; then they are
/// aborted, and their clients get what was generated so far.
/// </summary>
internal sealed class GracefulShutdown(GenerationService service, IHostApplicationLifetime lifetime)
    : IHostedService, IDisposable
{
    private Timer? _deadline;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(BeginStopping);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _deadline?.Dispose();

    private void BeginStopping()
    {
        TimeSpan timeout = service.Served.Options.ShutdownTimeout;
        service.Phase = ServerPhase.Stopping;
        service.Log.LogInformation(
            "Shutting down: {Running} running request(s) may finish within {Seconds} s", service.Live.Count,
            timeout.TotalSeconds);
        _deadline = new Timer(
            _ => service.Live.AbortAll("The server is shutting down."), null, timeout, Timeout.InfiniteTimeSpan);
    }
}
