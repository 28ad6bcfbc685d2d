using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Sgl.Grains.Abstractions;

namespace Sgl.Client;

/// <summary>
/// Typed calls into a cluster, over Orleans: no HTTP between. A gateway that dies is replaced by another one, which
/// makes the same answer again; what was received already is left out, so the caller notices only a pause.
/// </summary>
public sealed class SglClient : IAsyncDisposable
{
    private const int MostTries = 6;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(500);

    private readonly IGrainFactory _grains;
    private readonly IHost? _host;

    /// <summary>For a program that is an Orleans client of the cluster already, or a silo of it.</summary>
    /// <param name="model">The name that the cluster serves it by.</param>
    public SglClient(IGrainFactory grains, string model) => (_grains, Model) = (grains, model);

    private SglClient(IHost host, string model)
        : this(host.Services.GetRequiredService<IClusterClient>(), model) => _host = host;

    public string Model { get; }

    /// <summary>Connects to a cluster whose silos find each other through PostgreSQL.</summary>
    /// <param name="connection">As the silos' --cluster postgres has it.</param>
    /// <param name="clusterId">The silos' --cluster-id.</param>
    public static Task<SglClient> ConnectAsync(
        string connection, string model, string clusterId = "sgl", CancellationToken cancellationToken = default) =>
        ConnectAsync(
            client => client.UseAdoNetClustering(
                table => (table.Invariant, table.ConnectionString) = ("Npgsql", connection)),
            model, clusterId, cancellationToken);

    /// <summary>Connects to a silo on this machine that is a cluster of its own.</summary>
    /// <param name="port">The silo's --client-port.</param>
    public static Task<SglClient> ConnectLocalAsync(
        int port, string model, string clusterId = "sgl", CancellationToken cancellationToken = default) =>
        ConnectAsync(
            client => client.UseLocalhostClustering(port, clusterId, clusterId), model, clusterId, cancellationToken);

    /// <summary>Another model of the same cluster, over the same connection, which stays this client's.</summary>
    public SglClient For(string model) => new(_grains, model);

    /// <summary>Answers a conversation, in parts as they come; the last one has a finish.</summary>
    /// <exception cref="CallException">The call was refused.</exception>
    public IAsyncEnumerable<AnswerPart> ChatAsync(ChatCall call, CancellationToken cancellationToken = default)
    {
        ChatCall seeded = call with { Options = Seeded(call.Options) };
        return PartsAsync((grain, token) => grain.ChatAsync(seeded, token), cancellationToken);
    }

    /// <summary>Continues a text or tokens, in parts as they come; the last one has a finish.</summary>
    /// <exception cref="CallException">The call was refused.</exception>
    public IAsyncEnumerable<AnswerPart> GenerateAsync(GenerateCall call, CancellationToken cancellationToken = default)
    {
        GenerateCall seeded = call with { Options = Seeded(call.Options) };
        return PartsAsync((grain, token) => grain.GenerateAsync(seeded, token), cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is null)
            return;
        await _host.StopAsync();
        _host.Dispose();
    }

    private static async Task<SglClient> ConnectAsync(
        Action<IClientBuilder> cluster, string model, string clusterId, CancellationToken cancellationToken)
    {
        IHost host = new HostBuilder().UseOrleansClient((_, client) =>
        {
            cluster(client);
            client.Configure<ClusterOptions>(
                options => (options.ClusterId, options.ServiceId) = (clusterId, clusterId));
            // A gateway that dies is forgotten soon.
            client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(5));
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = TimeSpan.FromSeconds(10));
        }).Build();
        try
        {
            await host.StartAsync(cancellationToken);
            return new SglClient(host, model);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>An answer can be made again only when its seed is known.</summary>
    private static CallOptions Seeded(CallOptions options) =>
        options.Seed is null ? options with { Seed = Random.Shared.Next() } : options;

    private async IAsyncEnumerable<AnswerPart> PartsAsync(
        Func<IInferenceGrain, CancellationToken, IAsyncEnumerable<AnswerPart>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ReceivedAnswer received = new();
        for (int tries = 1; !received.IsComplete; tries++)
        {
            // Each try has a grain of its own: the one before may be on a silo that is dead and not known to be.
            IInferenceGrain grain = _grains.GetGrain<IInferenceGrain>($"{Model}/{Guid.NewGuid():N}");
            received.Begin();
            await using IAsyncEnumerator<AnswerPart> parts =
                call(grain, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(parts, tries < MostTries))
            {
                if (received.Take(parts.Current) is { } news)
                    yield return news;
            }
            if (!received.IsComplete)
                await Task.Delay(_pause, cancellationToken);
        }
    }

    /// <summary>False at the end, and when the gateway is lost and another one can be tried.</summary>
    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<AnswerPart> parts, bool mayTryAgain)
    {
        try
        {
            return await parts.MoveNextAsync();
        }
        catch (Exception error) when (mayTryAgain
            && error is OrleansException or TimeoutException or EnumerationAbortedException)
        {
            return false;
        }
    }
}
