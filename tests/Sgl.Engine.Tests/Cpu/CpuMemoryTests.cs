using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Cpu;

public sealed class CpuMemoryTests
{
    private static readonly Pass _emptyPass =
        new() { Tokens = [], Positions = [], RopeLengths = [], Slots = [], Sequences = [] };

    [Fact]
    public void AllocatedMemoryIsZeroAndCounted()
    {
        using var ops = new CpuOps(1);
        Tensor tensor = ops.Allocate(DataType.Float32, 300, 7);
        Assert.Equal((300, 7, 7), (tensor.Rows, tensor.Columns, tensor.Stride));
        for (int r = 0; r < tensor.Rows; r++)
            Assert.Equal(-1, tensor.Row(r).IndexOfAnyExcept(0f));
        ops.Allocate(DataType.BFloat16, 10, 10);
        Assert.Equal(300 * 7 * 4 + 200, ops.AllocatedBytes);
    }

    [Fact]
    public void ScratchPiecesAreApartAlignedAndUsedAgain()
    {
        using var ops = new CpuOps(1);
        int[] rows = [1, 3, 1000, 1, 5000];
        List<nint> first = Take();
        Assert.Equal(first, Take());

        List<nint> Take()
        {
            ops.Begin(_emptyPass);
            Tensor[] pieces = [.. rows.Select(r => ops.Scratch(r, 257))];
            for (int i = 0; i < pieces.Length; i++)
            {
                for (int r = 0; r < rows[i]; r++)
                    pieces[i].Row(r).Fill(i);
            }

            for (int i = 0; i < pieces.Length; i++)
            {
                Assert.Equal(0, pieces[i].Address % 64);
                for (int r = 0; r < rows[i]; r++)
                    Assert.Equal(-1, pieces[i].Row(r).IndexOfAnyExcept(i));
            }

            return [.. pieces.Select(piece => piece.Address)];
        }
    }

    [Fact]
    public void AvailableBytesIsPositiveAndNoMoreThanTheMachineHas()
    {
        using var ops = new CpuOps(1);
        Assert.InRange(ops.AvailableBytes, 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }

    [Fact]
    public void LoadIsAViewOfTheCheckpoint()
    {
        using var ops = new CpuOps(1);
        Tensor a = ops.Allocate(DataType.BFloat16, 3, 5);
        Tensor b = ops.Allocate(DataType.BFloat16, 2, 5);
        Weight weight = ops.Load([new("a", [3, 5], a), new("b", [2, 5], b)]);
        Assert.Equal([a, b], weight.Parts);
        Assert.Equal((5, 5, DataType.BFloat16), (weight.Rows, weight.Columns, weight.Type));
    }

    [Fact]
    public void PartsOfOneWeightMustMatch()
    {
        using var ops = new CpuOps(1);
        var a = new CheckpointTensor("a", [3, 5], ops.Allocate(DataType.BFloat16, 3, 5));
        var b = new CheckpointTensor("b", [3, 4], ops.Allocate(DataType.BFloat16, 3, 4));
        var error = Assert.Throws<ArgumentException>(() => ops.Load([a, b]));
        Assert.Contains("a is [3, 5] BFloat16, but b is [3, 4] BFloat16", error.Message, StringComparison.Ordinal);
    }
}
