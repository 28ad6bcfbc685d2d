using System.Runtime.InteropServices;
using Sgl.Cuda.Compilation;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>
/// Launches BatchInvariant.cu: products whose rows come out the same, to the bit, whatever rows stand beside them.
/// Slower than <see cref="Linear"/>, which takes what is fastest for a number of rows.
/// </summary>
internal sealed class BatchInvariant(KernelLibrary library)
{
    private const int AnyWarps = 4;
    private const int MostRowsAny = 65_535;
    private readonly KernelModule _module = library.Get("BatchInvariant");

    /// <summary>
    /// The kernels for ever more rows, and their tiles: <see cref="Tile.Rows"/> stands in the kernel's name.
    /// </summary>
    internal static IReadOnlyList<Tile> Tiles { get; } =
        [new(16, 32, 64, 6), new(64, 32, 128, 4), new(128, 128, 256, 2)];

    /// <param name="bias">[1, outputs] or null.</param>
    public void Run(Tensor x, Tensor weight, Tensor? bias, Tensor output)
    {
        ProductArguments arguments = new()
        {
            X = x.Address,
            Weight = weight.Address,
            Bias = bias?.Address ?? 0,
            Output = output.Address,
            XStride = (ulong)x.Stride,
            WeightStride = (ulong)weight.Stride,
            OutputStride = (ulong)output.Stride,
            Rows = x.Rows,
            Columns = x.Columns,
            Outputs = output.Columns,
        };
        if (Widths.AllowEight(x, weight))
        {
            Tile tile = TileFor(x.Rows);
            _module.Get($"product_{tile.Rows}", tile.SharedBytes)
                .Launch(tile.Grid(x.Rows, output.Columns), tile.Threads, arguments, tile.SharedBytes);
            return;
        }
        if (x.Rows > MostRowsAny)
            throw new NotSupportedException($"{x.Rows} rows of {x.Columns} columns; expected at most {MostRowsAny}.");
        int blocks = (output.Columns + AnyWarps - 1) / AnyWarps;
        _module.Get("product_any").Launch((blocks, x.Rows, 1), 32 * AnyWarps, arguments);
    }

    /// <summary>The lowest tile that takes all rows at once, else the highest there is.</summary>
    internal static Tile TileFor(int rows) => Tiles.FirstOrDefault(tile => rows <= tile.Rows) ?? Tiles[^1];

    /// <param name="Rows">Of x, and outputs, that one block computes.</param>
    /// <param name="Stages">Steps of columns that are in shared memory at a time.</param>
    internal sealed record Tile(int Rows, int Outputs, int Threads, int Stages)
    {
        /// <summary>The kernel's ROW: elements of a row of a stage.</summary>
        private const int RowElements = 64 + 8;

        public int SharedBytes => Stages * (Rows + Outputs) * RowElements * sizeof(ushort);

        public (int X, int Y, int Z) Grid(int rows, int outputs) =>
            ((rows + Rows - 1) / Rows, (outputs + Outputs - 1) / Outputs, 1);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ProductArguments
    {
        public nint X, Weight, Bias, Output;
        public ulong XStride, WeightStride, OutputStride;
        public int Rows, Columns, Outputs;
    }
}
