using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Cpu;

public sealed class RopeTests
{
    private static readonly (int HeadDim, int RotaryDim)[] _dims =
        [(64, 64), (64, 16), (20, 14), (128, 128), (2, 2), (80, 0)];

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void RopeAndStoreEqualsThePlainLoop(string which)
    {
        using CpuOps ops = CpuOpsUnderTest.Create(which);
        foreach (RopeStyle style in Enum.GetValues<RopeStyle>())
        {
            foreach (var (headDim, rotaryDim) in _dims)
            {
                foreach (int tokens in (int[])[1, 3, 60])
                    Compare(ops, style, headDim, rotaryDim, tokens);
            }
        }
    }

    [Fact]
    public void AnglesAreThoseOfThePositionAndTheLength()
    {
        using CpuOps ops = new(1);
        using var memory = new TestMemory(seed: 1);
        var frequencies = new RopeFrequencies(
            4, length => [1.0 / length, 0.5], Scale: 2, new KeySharing(0, LongOnesShare: false));
        var pass = new Pass
        {
            Tokens = [0, 0],
            Positions = [3, 7],
            RopeLengths = [10, 20],
            Slots = [0, 1],
            Sequences = [],
        };
        Tensor angles = memory.Blank(2, 4, gap: 1);
        ops.Begin(pass);
        ops.RopeAngles(pass, frequencies, angles);
        float[][] expected =
        [
            [2 * MathF.Cos(0.3f), 2 * MathF.Cos(1.5f), 2 * MathF.Sin(0.3f), 2 * MathF.Sin(1.5f)],
            [2 * MathF.Cos(0.35f), 2 * MathF.Cos(3.5f), 2 * MathF.Sin(0.35f), 2 * MathF.Sin(3.5f)],
        ];
        for (int t = 0; t < 2; t++)
        {
            for (int i = 0; i < 4; i++)
                Assert.Equal(expected[t][i], angles.Row(t)[i], 1e-6);
        }

        memory.AssertNothingWrittenAround();
    }

    private static void Compare(CpuOps ops, RopeStyle style, int headDim, int rotaryDim, int tokens)
    {
        const int heads = 6, kvHeads = 2;
        using var memory = new TestMemory(headDim + tokens);
        Pass pass = PassBuilder.Build(PassBuilder.Scatter(1, 100, tokens), [tokens]);
        Tensor? angles = rotaryDim == 0 ? null : memory.Random(tokens, rotaryDim);
        Tensor q = memory.Random(tokens, heads * headDim, gap: 3);
        Tensor k = memory.Random(tokens, kvHeads * headDim);
        Tensor v = memory.Random(tokens, kvHeads * headDim, gap: 1);
        var expected = new KvLayer(memory.Random(100, k.Columns), memory.Random(100, k.Columns, gap: 2));
        var actual = new KvLayer(memory.Copy(expected.Keys), memory.Copy(expected.Values));
        Tensor q2 = memory.Copy(q), k2 = memory.Copy(k);
        CpuOps.RopeAndStoreReference(pass, q, k, v, headDim, angles, style, expected);
        ops.Begin(pass);
        ops.RopeAndStore(pass, q2, k2, v, headDim, angles, style, actual);
        string what = $"{style}, {headDim}, {rotaryDim}, {tokens} tokens";
        TestMemory.AssertClose(q, q2, 3e-7, what);
        TestMemory.AssertClose(k, k2, 3e-7, what);
        TestMemory.AssertClose(expected.Keys, actual.Keys, 3e-7, what);
        TestMemory.AssertSameBits(expected.Values, actual.Values, what);
        memory.AssertNothingWrittenAround();
    }
}
