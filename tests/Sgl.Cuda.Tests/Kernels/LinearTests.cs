using Sgl.Cuda.Kernels;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Tests.Kernels;

public sealed class LinearTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 32)]
    [InlineData(33, 36)]
    [InlineData(64, 64)]
    [InlineData(1000, 1024)]
    [InlineData(8192, 8192)]
    [InlineData(8193, 9216)]
    public void RowCountsShareMeasurements(int rows, int bucket) => Assert.Equal(bucket, Linear.Bucket(rows));

    [Theory]
    [InlineData(0x1000, 16)]
    [InlineData(0x1008, 8)]
    [InlineData(0x1002 | 0x2000, 2)]
    public void AlignmentIsWhatDividesEveryAddress(int addresses, int alignment) =>
        Assert.Equal(alignment, Linear.Alignment(addresses));

    [Fact]
    public void TheOwnKernelTakesFewRowsOfAlignedMatrices()
    {
        Tensor weight = new(4096, DataType.BFloat16, 100, 64);
        Assert.True(MatrixVector.Handles(new Tensor(4096, DataType.BFloat16, 1, 64), weight));
        Assert.False(MatrixVector.Handles(new Tensor(4096, DataType.BFloat16, 5, 64), weight));
        Assert.False(MatrixVector.Handles(new Tensor(4098, DataType.BFloat16, 1, 64), weight));
        Assert.False(MatrixVector.Handles(new Tensor(4096, DataType.BFloat16, 1, 64, 68), weight));
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(1000, 1000)]
    [InlineData(100_000, 1024)]
    public void ThreadsAreWholeWarps(int columns, int threads) =>
        Assert.Equal(Math.Min(1024, (threads + 31) / 32 * 32), Widths.Threads(columns, wide: false, most: 1024));
}
