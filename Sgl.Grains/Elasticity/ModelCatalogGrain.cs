using System.Diagnostics;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Elasticity;

/// <inheritdoc cref="IModelCatalogGrain"/>
public sealed class ModelCatalogGrain(ClusterOptions options) : Grain, IModelCatalogGrain
{
    private readonly Dictionary<string, long> _heard = [];

    public Task ReportAsync(string model)
    {
        _heard[model] = Stopwatch.GetTimestamp();
        return Task.CompletedTask;
    }

    public Task<string[]> GetModelsAsync() => Task.FromResult<string[]>([.. _heard
        .Where(model => Stopwatch.GetElapsedTime(model.Value) < options.ReportTimeout)
        .Select(model => model.Key).Order(StringComparer.Ordinal)]);
}
