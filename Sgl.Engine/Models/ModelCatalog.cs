using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>Every architecture of this assembly, by name.</summary>
public static class ModelCatalog
{
    public static IReadOnlyCollection<string> Architectures => throw new NotImplementedException();

    /// <summary>Builds the model: reads all its tensors from the source and checks that none is left over.</summary>
    /// <exception cref="Requests.UserErrorException">Unknown architecture (the message lists the known), missing or unread tensors.</exception>
    public static ICausalModel Build(ModelConfig config, IWeightSource weights, IOps ops) => throw new NotImplementedException();
}
