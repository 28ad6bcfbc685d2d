using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Weights;

public sealed unsafe class ElementConversionTests
{
    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(-2.5f, 0xC020)]
    [InlineData(1.00390625f, 0x3F80)]  // halfway: to the even one below
    [InlineData(1.01171875f, 0x3F82)]  // halfway: to the even one above
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(3.4e38f, 0x7F80)]
    public void FloatsRoundToTheNearestEvenBFloat16(float value, int bits) =>
        Assert.Equal(bits, BFloat16(value));

    [Fact]
    public void NaNStaysNaN() => Assert.Equal(0x7FC0, BFloat16(float.NaN) & 0x7FC0);

    [Theory]
    [InlineData(DataType.BFloat16)]
    [InlineData(DataType.Float16)]
    [InlineData(DataType.Float32)]
    public void WhatATypeHoldsSurvivesTheWayThroughIt(DataType type)
    {
        // More than go through it at a time.
        float[] some = [0, -0.5f, 1.5f, 96, -0.0078125f, 448];
        float[] values = [.. Enumerable.Range(0, 10_001).Select(i => some[i % 6])], result = new float[values.Length];
        byte[] between = new byte[values.Length * 4];
        fixed (float* from = values, to = result)
        {
            fixed (byte* bytes = between)
            {
                ElementConversion.Convert((nint)from, DataType.Float32, (nint)bytes, type, values.Length);
                ElementConversion.Convert((nint)bytes, type, (nint)to, DataType.Float32, values.Length);
            }
        }
        Assert.Equal(values, result);
    }

    private static int BFloat16(float value)
    {
        ushort bits;
        ElementConversion.Write([value], DataType.BFloat16, (nint)(&bits));
        return bits;
    }
}
