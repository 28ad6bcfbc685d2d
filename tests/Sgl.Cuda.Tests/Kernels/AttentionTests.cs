using Sgl.Cuda.Kernels;

namespace Sgl.Cuda.Tests.Kernels;

public sealed class AttentionTests
{
    [Theory]
    [InlineData(64, 4)]   // registers
    [InlineData(80, 3)]
    [InlineData(128, 3)]
    [InlineData(192, 2)]  // shared memory
    [InlineData(256, 1)]
    public void AsManyDecodeBlocksAsAMultiprocessorHolds(int headDim, int blocks) =>
        Assert.Equal(blocks, Attention.Resident(headDim, sharedBytes: 232_448));

    [Theory]
    [InlineData(64, 128, 36_864, 55_808)]
    [InlineData(128, 128, 69_632, 104_960)]
    [InlineData(256, 64, 135_168, 169_472)]
    public void SharedMemoryIsWhatTheKernelsLayOut(int headDim, int rows, int decode, int prefill)
    {
        Assert.Equal(rows, Attention.RowsPerBlock(headDim));
        Assert.Equal((decode, prefill), (Attention.DecodeBytes(headDim), Attention.PrefillBytes(headDim, 64)));
    }
}
