using Sgl.Cuda.Kernels;

namespace Sgl.Cuda.Tests.Kernels;

public sealed class AttentionTests
{
    [Theory]
    [InlineData(1024, 8, 396, 16, 64)]     // one request: as many blocks as there are rounds
    [InlineData(1024, 512, 396, 1, 1024)]  // 64 requests: more blocks than run at once
    [InlineData(1024, 128, 396, 4, 256)]   // 16 requests
    [InlineData(512, 2048, 396, 1, 512)]   // enough blocks without splitting
    [InlineData(1, 8, 396, 1, 64)]
    [InlineData(131072, 1, 396, 128, 1024)]
    public void SplitsFillTheDevice(int context, int blocks, int resident, int splits, int chunk) =>
        Assert.Equal((splits, chunk), Attention.Split(context, blocks, resident));

    [Fact]
    public void SplitsCoverTheContextAndNoneIsEmpty()
    {
        for (int context = 1; context < 5000; context += 37)
        {
            for (int blocks = 1; blocks < 1000; blocks += 111)
            {
                (int splits, int chunk) = Attention.Split(context, blocks, 396);
                Assert.True(splits * chunk >= context && (splits - 1) * chunk < context);
                Assert.Equal(0, chunk % Attention.RoundTokens);
            }
        }
    }

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
