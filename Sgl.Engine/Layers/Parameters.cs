using System.Runtime.CompilerServices;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Layers;

/// <summary>A model's tensors by name, below a prefix, on their way from a checkpoint to a device.</summary>
public sealed class Parameters(IWeightSource weights, IOps ops, string prefix = "")
{
    /// <summary>Those whose names begin with this prefix's, a dot between.</summary>
    public Parameters Under(string name) => new(weights, ops, $"{prefix}{name}.");

    /// <summary>{name}.weight as a vector [1, size].</summary>
    public Weight Vector(string name, int size) => ops.Load([weights.Read($"{prefix}{name}.weight", size)]);

    /// <summary>{name}.weight as a matrix [rows, columns].</summary>
    public Weight Matrix(string name, int rows, int columns) =>
        ops.Load([weights.Read($"{prefix}{name}.weight", rows, columns)]);

    /// <summary>Several {name}.weight as one matrix, [sum of rows, columns].</summary>
    public Weight Matrix(ReadOnlySpan<(string Name, int Rows)> parts, int columns)
    {
        var tensors = new CheckpointTensor[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            tensors[i] = weights.Read($"{prefix}{parts[i].Name}.weight", parts[i].Rows, columns);
        EnsureSameType(tensors);
        return ops.Load(tensors);
    }

    /// <summary>Several {name}.bias as one vector, [1, sum of sizes].</summary>
    /// <param name="storage">Holds the joined vector for devices that leave parameters where they are: keep it.</param>
    public unsafe Weight Bias(ReadOnlySpan<(string Name, int Size)> parts, out byte[] storage)
    {
        var tensors = new CheckpointTensor[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            tensors[i] = weights.Read($"{prefix}{parts[i].Name}.bias", parts[i].Size);
        EnsureSameType(tensors);

        Tensor first = tensors[0].Data;
        int size = tensors.Sum(tensor => tensor.Data.Columns);
        storage = GC.AllocateUninitializedArray<byte>(size * first.ElementSize, pinned: true);
        Span<byte> rest = storage;
        foreach (Tensor data in tensors.Select(tensor => tensor.Data))
        {
            new ReadOnlySpan<byte>((void*)data.Address, data.Columns * data.ElementSize).CopyTo(rest);
            rest = rest[(data.Columns * data.ElementSize)..];
        }
        var address = (nint)Unsafe.AsPointer(ref storage[0]);
        string name = string.Join(" + ", tensors.Select(tensor => tensor.Name));
        return ops.Load([new CheckpointTensor(name, [size], new Tensor(address, first.Type, 1, size))]);
    }

    private static void EnsureSameType(CheckpointTensor[] tensors)
    {
        CheckpointTensor first = tensors[0];
        if (Array.Find(tensors, tensor => tensor.Data.Type != first.Data.Type) is { } other)
        {
            throw new UserErrorException(
                $"{first.Name} is {first.Data.Type} but {other.Name} is {other.Data.Type}; "
                + "they are multiplied as one: choose one type for all weights with --dtype");
        }
    }
}
