namespace Sgl.Grains.Abstractions;

/// <summary>The names of the models that silos offer (its key is 0).</summary>
[Alias("sgl.IModelCatalogGrain")]
public interface IModelCatalogGrain : IGrainWithIntegerKey
{
    /// <summary>A silo tells every moment what it offers; a name that nobody tells for a while is forgotten.</summary>
    [Alias("Report")]
    Task ReportAsync(string model);

    [Alias("GetModels")]
    Task<string[]> GetModelsAsync();
}
