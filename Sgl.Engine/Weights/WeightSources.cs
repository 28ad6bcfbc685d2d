using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Weights;

/// <summary>Chooses where weights come from.</summary>
public static class WeightSources
{
    /// <summary>Opens the folder's safetensors, or makes up weights for <see cref="LoadFormat.Dummy"/>.</summary>
    /// <param name="progress">Told (bytes read, bytes in all) as tensors are read; may be null.</param>
    public static IWeightSource Open(string folder, LoadFormat format, ModelConfig config, Action<long, long>? progress) =>
        throw new NotImplementedException();
}
