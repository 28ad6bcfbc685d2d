using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Weights;

/// <summary>Chooses where weights come from.</summary>
public static class WeightSources
{
    /// <summary>Opens the folder's safetensors, or makes up weights for <see cref="LoadFormat.Dummy"/>.</summary>
    /// <param name="progress">Told (bytes read, bytes in all) as tensors are read; may be null.</param>
    /// <param name="type">What weights are converted to as they are read; null leaves each as the file has it.</param>
    /// <exception cref="UserErrorException">A file is missing or broken.</exception>
    public static IWeightSource Open(
        string folder, LoadFormat format, ModelConfig config, Action<long, long>? progress, DataType? type = null)
    {
        if (format == LoadFormat.Dummy)
            return new DummyWeights(type ?? config.WeightType, config.InitializerRange);
        var checkpoint = new Checkpoint(folder, progress);
        return type is { } wanted ? new ConvertedWeights(checkpoint, wanted) : checkpoint;
    }
}
