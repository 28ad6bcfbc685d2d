namespace Sgl.Engine.Weights;

/// <summary>Where a model's tensors come from: a folder of safetensors, random numbers, or a test's recipe.</summary>
public interface IWeightSource : IDisposable
{
    /// <summary>The tensor of this name, noted as read.</summary>
    /// <exception cref="Requests.UserErrorException">It is missing, or its shape is another one.</exception>
    CheckpointTensor Read(string name, params ReadOnlySpan<int> shape);

    /// <summary>Called when the model is built.</summary>
    /// <exception cref="Requests.UserErrorException">Tensors were never read: names them.</exception>
    void EnsureAllRead();
}
