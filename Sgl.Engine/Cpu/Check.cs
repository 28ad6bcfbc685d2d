using System.Runtime.CompilerServices;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

/// <summary>Shapes are checked before memory is touched: a wrong one must never read or write out of bounds.</summary>
internal static class Check
{
    /// <exception cref="ArgumentException">The tensor is no Float32 matrix of this shape.</exception>
    public static void Shape(
        Tensor tensor, int rows, int columns, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        if (tensor.Rows != rows || tensor.Columns != columns || tensor.Type != DataType.Float32)
            Refuse(tensor, rows, columns, name);
    }

    /// <exception cref="ArgumentException">The weight has another shape.</exception>
    public static void Shape(
        Weight weight, int rows, int columns, [CallerArgumentExpression(nameof(weight))] string name = "")
    {
        if (weight.Rows != rows || weight.Columns != columns)
        {
            throw new ArgumentException(
                $"{name} is [{weight.Rows}, {weight.Columns}]; expected [{rows}, {columns}].", name);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The index is outside [0, count).</exception>
    public static void Index(int index, int count, string what)
    {
        if ((uint)index >= (uint)count)
            Refuse(index, count, what);
    }

    private static void Refuse(Tensor tensor, int rows, int columns, string name) =>
        throw new ArgumentException(
            $"{name} is [{tensor.Rows}, {tensor.Columns}] {tensor.Type}; expected [{rows}, {columns}] Float32.", name);

    private static void Refuse(int index, int count, string what) =>
        throw new ArgumentOutOfRangeException(what, index, $"{what} {index} is outside [0, {count}).");
}
