using Microsoft.Extensions.Logging;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Replicas;

/// <summary>Tells the model's grain, every moment, what this silo offers and runs.</summary>
public sealed class SiloReporter(
    LocalReplicas local, IGrainFactory grains, ILocalSiloDetails silo, ClusterOptions options,
    ILogger<SiloReporter> log)
{
    public async Task RunAsync(CancellationToken stop)
    {
        if (local.Offer is not { } offer)
            return;
        while (!stop.IsCancellationRequested)
        {
            await ReportAsync(offer).ConfigureAwait(false);
            await Task.Delay(options.ReportInterval, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task ReportAsync(ReplicaOffer offer)
    {
        string address = silo.SiloAddress.ToParsableString();
        try
        {
            IModelGrain model = grains.GetGrain<IModelGrain>(offer.Model);
            SiloReport report = new()
            {
                Silo = address,
                Slots = offer.Slots,
                Draining = local.IsDraining,
                Replicas = await local.ReportAsync(address).ConfigureAwait(false),
            };
            await grains.GetGrain<IModelCatalogGrain>(0).ReportAsync(offer.Model).WaitAsync(options.CallTimeout)
                .ConfigureAwait(false);
            if (!await model.ReportAsync(report).WaitAsync(options.CallTimeout).ConfigureAwait(false))
                await model.DescribeAsync(offer.Description).WaitAsync(options.CallTimeout).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            log.LogDebug("The grain of {Model} did not take the report: {Message}", offer.Model, error.Message);
        }
    }
}
