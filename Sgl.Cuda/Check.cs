using System.Runtime.CompilerServices;
using Sgl.Engine.Execution;

namespace Sgl.Cuda;

/// <summary>
/// Shapes are checked before a kernel is launched: a wrong one would read or write what is not its own.
/// </summary>
internal static class Check
{
    /// <exception cref="ArgumentException">The tensor is no matrix of this shape and type.</exception>
    public static void Shape(
        Tensor tensor,
        int rows,
        int columns,
        DataType type,
        [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        if (tensor.Rows != rows || tensor.Columns != columns || tensor.Type != type)
        {
            throw new ArgumentException(
                $"{name} is [{tensor.Rows}, {tensor.Columns}] {tensor.Type}; expected [{rows}, {columns}] {type}.",
                name);
        }
    }

    /// <exception cref="ArgumentException">The weight is not one piece of this shape.</exception>
    public static Tensor Single(
        Weight weight, int rows, int columns, [CallerArgumentExpression(nameof(weight))] string name = "")
    {
        if (weight.Parts.Count != 1)
        {
            throw new ArgumentException(
                $"{name} has {weight.Parts.Count} parts; CudaOps.Load joins them into one.", name);
        }
        Shape(weight.Parts[0], rows, columns, weight.Type, name);
        return weight.Parts[0];
    }

    /// <exception cref="ArgumentOutOfRangeException">
    /// A token is outside the vocabulary, and no <see cref="Pass.Drawn"/> of one of the rows drawn last.
    /// </exception>
    public static void Tokens(ReadOnlySpan<int> tokens, int vocabulary, int drawn)
    {
        foreach (int token in tokens)
        {
            if (token >= vocabulary || token < Pass.Drawn(drawn - 1))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(tokens), token, $"Token {token} is outside a vocabulary of {vocabulary}, and "
                    + $"below 0 there are {drawn} drawn ones.");
            }
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">An index is outside [0, count).</exception>
    public static void Indices(
        ReadOnlySpan<int> indices, int count, [CallerArgumentExpression(nameof(indices))] string name = "")
    {
        foreach (int index in indices)
        {
            if ((uint)index >= (uint)count)
            {
                throw new ArgumentOutOfRangeException(
                    name, index, $"{name} holds {index}, which is outside [0, {count}).");
            }
        }
    }

    /// <summary>Slots that take keys and values; -1 marks a row that only fills a graph's batch.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A slot is neither -1 nor one of the pool's.</exception>
    public static void Slots(
        ReadOnlySpan<int> slots, int count, [CallerArgumentExpression(nameof(slots))] string name = "")
    {
        foreach (int slot in slots)
        {
            if (slot < -1 || slot >= count)
            {
                throw new ArgumentOutOfRangeException(
                    name, slot, $"{name} holds {slot}, which is neither -1 nor in [0, {count}).");
            }
        }
    }
}
