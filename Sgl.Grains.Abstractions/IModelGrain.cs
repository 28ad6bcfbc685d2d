namespace Sgl.Grains.Abstractions;

/// <summary>
/// One model of the cluster (its key is the served name): how many replicas there should be, and where they are. It
/// learns both from the reports of the silos that offer slots, so it holds nothing that is lost with its silo.
/// </summary>
[Alias("sgl.IModelGrain")]
public interface IModelGrain : IGrainWithStringKey
{
    /// <summary>A silo tells every moment what it offers and runs; answers whether it knows the model.</summary>
    [Alias("Report")]
    Task<bool> ReportAsync(SiloReport report);

    /// <summary>What a gateway needs to make tokens of text; sent when a report was answered by no.</summary>
    [Alias("Describe")]
    Task DescribeAsync(ModelDescription description);

    /// <summary>Null until a silo has described the model.</summary>
    [Alias("GetDescription")]
    Task<ModelDescription?> GetDescriptionAsync();

    /// <summary>Where the replicas are; a gateway tells what waits with it.</summary>
    [Alias("GetReplicas")]
    Task<ModelReplicas> GetReplicasAsync(GatewayDemand demand);
}
