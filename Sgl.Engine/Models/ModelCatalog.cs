using System.Reflection;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Models;

/// <summary>Every architecture of this assembly, by name.</summary>
public static class ModelCatalog
{
    private static readonly SortedDictionary<string, Type> _known = Find(typeof(ModelCatalog).Assembly.GetTypes());

    /// <summary>All names, sorted.</summary>
    public static IReadOnlyCollection<string> Architectures => _known.Keys;

    /// <exception cref="UserErrorException">It is not; the message lists the known.</exception>
    public static void EnsureKnown(string architecture)
    {
        if (!_known.ContainsKey(architecture))
        {
            throw new UserErrorException(
                $"architecture {architecture} is not supported; the known ones are {string.Join(", ", Architectures)}");
        }
    }

    /// <summary>Builds the model: reads all its tensors from the source and checks that none is left over.</summary>
    /// <exception cref="UserErrorException">
    /// Unknown architecture (the message lists the known), missing or unread tensors.
    /// </exception>
    public static ICausalModel Build(ModelConfig config, IWeightSource weights, IOps ops)
    {
        EnsureKnown(config.Architecture);
        var model = (ICausalModel)Activator.CreateInstance(
            _known[config.Architecture], BindingFlags.DoNotWrapExceptions, null, [config, weights, ops], null)!;
        weights.EnsureAllRead();
        return model;
    }

    /// <exception cref="InvalidOperationException">Two classes answer to one name.</exception>
    internal static SortedDictionary<string, Type> Find(IEnumerable<Type> types)
    {
        var found = new SortedDictionary<string, Type>(StringComparer.Ordinal);
        foreach (var type in types)
        {
            foreach (var architecture in type.GetCustomAttributes<ArchitectureAttribute>(inherit: false))
            {
                if (!found.TryAdd(architecture.Name, type))
                {
                    throw new InvalidOperationException(
                        $"{type.Name} and {found[architecture.Name].Name} both answer to {architecture.Name}");
                }
            }
        }
        return found;
    }
}
