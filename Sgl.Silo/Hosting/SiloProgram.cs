using Sgl.Engine.Requests;
using Sgl.Gateway;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Hosting;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Replicas;
using Sgl.Silo.Flags;
using Sgl.Silo.Postgres;

namespace Sgl.Silo.Hosting;

/// <summary>A silo from its options to its end.</summary>
internal static class SiloProgram
{
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    /// <exception cref="UserErrorException">Something that the user gave is wrong.</exception>
    public static async Task<int> RunAsync(SiloOptions options)
    {
        GatewayOptions gateway = options.Gateway;
        GatewayHost.CheckAddress(gateway);
        if (options.Postgres is string connection)
            await PostgresSchema.CreateAsync(connection);
        using ILoggerFactory loggers = LoggerFactory.Create(logging => Logs.AddTo(logging, gateway));
        await using WebApplication app = SiloHost.Build(options, loggers);
        LocalReplicas local = app.Services.GetRequiredService<LocalReplicas>();
        await GatewayHost.StartAsync(app, gateway);
        Task ready = BecomeReadyAsync(app, options, local);
        // A model that cannot be loaded is told at once, and not when the first request has waited in vain.
        if (await Task.WhenAny(ready, local.Failed) == local.Failed)
            throw await local.Failed;
        await ready;
        app.Logger.LogInformation(
            "The server is fired up and ready to roll! Role {Role}, listening on {Urls}", options.Role,
            string.Join(", ", app.Urls));
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task BecomeReadyAsync(WebApplication app, SiloOptions options, LocalReplicas local)
    {
        bool startsWithOne = options.HasDevices && options.Scaling.MinReplicas != 0;
        while (startsWithOne && options.Postgres is null && !await AnyIsReadyAsync(local))
            await Task.Delay(_look);
        if (startsWithOne && options.Postgres is null && !options.Gateway.SkipServerWarmup)
            await WarmUp.RunAsync(app, app.Services.GetRequiredService<ServedModel>());
        app.MarkReady();
    }

    private static async Task<bool> AnyIsReadyAsync(LocalReplicas local) =>
        (await local.ReportAsync("")).Any(replica => replica.Load.State == ReplicaState.Ready);
}
