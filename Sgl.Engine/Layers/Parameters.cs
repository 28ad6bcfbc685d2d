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
    public Weight Vector(string name, int size) => Vectors([name], size);

    /// <summary>Several {name}.weight, each a vector, as the rows of a matrix [names, size].</summary>
    public Weight Vectors(ReadOnlySpan<string> names, int size)
    {
        var tensors = new CheckpointTensor[names.Length];
        for (int i = 0; i < names.Length; i++)
            tensors[i] = weights.Read($"{prefix}{names[i]}.weight", size);
        EnsureSameType(tensors);
        return ops.Load(tensors);
    }

    /// <summary>{name}.weight times a factor, as a vector [1, size].</summary>
    public unsafe Weight Vector(string name, int size, float factor)
    {
        CheckpointTensor tensor = weights.Read($"{prefix}{name}.weight", size);
        float[] values = GC.AllocateUninitializedArray<float>(size, pinned: true);
        ElementConversion.Read(tensor.Data.Address, tensor.Data.Type, values);
        for (int i = 0; i < size; i++)
            values[i] *= factor;
        var data = new Tensor((nint)Unsafe.AsPointer(ref values[0]), DataType.Float32, 1, size);
        return ops.Load([tensor with { Data = data }]) with { Memory = values };
    }

    /// <summary>{name}.bias as a vector [1, size].</summary>
    public Weight Bias(string name, int size) => ops.Load([weights.Read($"{prefix}{name}.bias", size)]);

    /// <summary>{name}.weight as a matrix [rows, columns].</summary>
    public Weight Matrix(string name, int rows, int columns) => Matrix([new(name, rows)], columns);

    /// <summary>Parts of {name}.weight as one matrix, [sum of rows, columns].</summary>
    public Weight Matrix(ReadOnlySpan<WeightPart> parts, int columns)
    {
        var whole = new Dictionary<string, CheckpointTensor>();
        var tensors = new CheckpointTensor[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            WeightPart part = parts[i];
            if (!whole.TryGetValue(part.Name, out CheckpointTensor? tensor))
                whole[part.Name] = tensor = weights.Read($"{prefix}{part.Name}.weight", part.TensorRows, columns);
            tensors[i] = tensor with { Data = tensor.Data.SliceRows(part.Start, part.Rows) };
        }
        EnsureSameType(tensors);
        return ops.Load(tensors);
    }

    /// <summary>Parts of {name}.bias as one vector, [1, sum of sizes].</summary>
    public unsafe Weight Bias(ReadOnlySpan<WeightPart> parts)
    {
        var tensors = new CheckpointTensor[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            CheckpointTensor tensor = weights.Read($"{prefix}{parts[i].Name}.bias", parts[i].TensorRows);
            tensors[i] = tensor with { Data = tensor.Data.SliceColumns(parts[i].Start, parts[i].Rows) };
        }
        EnsureSameType(tensors);

        Tensor first = tensors[0].Data;
        int size = tensors.Sum(tensor => tensor.Data.Columns);
        byte[] joined = GC.AllocateUninitializedArray<byte>(size * first.ElementSize, pinned: true);
        Span<byte> rest = joined;
        foreach (Tensor data in tensors.Select(tensor => tensor.Data))
        {
            new ReadOnlySpan<byte>((void*)data.Address, data.Columns * data.ElementSize).CopyTo(rest);
            rest = rest[(data.Columns * data.ElementSize)..];
        }
        var address = (nint)Unsafe.AsPointer(ref joined[0]);
        string name = string.Join(" + ", tensors.Select(tensor => tensor.Name));
        var bias = new CheckpointTensor(name, [size], new Tensor(address, first.Type, 1, size));
        return ops.Load([bias]) with { Memory = joined };
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
