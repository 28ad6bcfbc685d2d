using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Tests.Cpu;

public sealed class LinearTests
{
    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void EqualsThePlainLoop(string which)
    {
        using CpuOps ops = CpuOpsUnderTest.Create(which);
        foreach (DataType type in Enum.GetValues<DataType>())
        {
            foreach (int rows in (int[])[1, 2, 3, 4, 5, 6, 7, 8, 9, 17, 33, 70])
            {
                foreach (int inner in (int[])[1, 3, 17, 64, 255, 320])
                    Compare(ops, rows, inner, outputs: 1 + (rows * 7 + inner) % 23, type);
            }

            Compare(ops, rows: 3, inner: 2100, outputs: 11, type);
            Compare(ops, rows: 21, inner: 1024, outputs: 130, type);
            Compare(ops, rows: 2, inner: 320, outputs: 1000, type);
        }
    }

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void ARowIsTheSameInAnyCompany(string which)
    {
        using CpuOps ops = CpuOpsUnderTest.Create(which);
        using CpuOps alone = CpuOpsUnderTest.Create(which, threads: 1);
        foreach (DataType type in Enum.GetValues<DataType>())
        {
            using var memory = new TestMemory(seed: 5);
            Tensor x = memory.Random(150, 1100);
            Weight weight = memory.Weight(93, 1100, type, parts: 2);
            Weight bias = memory.Weight(1, 93, type);
            Tensor together = memory.Blank(150, 93);
            ops.Linear(x, weight, bias, together);
            foreach (int count in (int[])[1, 2, 3, 4, 5, 16, 17, 64, 65])
            {
                Tensor some = memory.Blank(count, 93);
                alone.Linear(x.SliceRows(150 - count, count), weight, bias, some);
                TestMemory.AssertSameBits(together.SliceRows(150 - count, count), some, $"{type}, {count} rows");
            }
        }
    }

    private static void Compare(CpuOps ops, int rows, int inner, int outputs, DataType type)
    {
        int variant = rows + inner + outputs;
        using var memory = new TestMemory(variant);
        Tensor x = memory.Random(rows, inner, gap: variant % 3 * 5);
        Weight weight = memory.Weight(outputs, inner, type, parts: 1 + variant % 3);
        Weight? bias = variant % 2 == 0 ? null : memory.Weight(1, outputs, type);
        Tensor expected = memory.Blank(rows, outputs);
        Tensor actual = memory.Blank(rows, outputs, gap: variant % 2 * 7);
        CpuOps.LinearReference(x, weight, bias, expected);
        ops.Linear(x, weight, bias, actual);
        TestMemory.AssertClose(
            expected, actual, 1e-6 + 2e-7 * inner, $"{type}, {rows} rows, {inner} inner, {outputs} outputs");
        memory.AssertNothingWrittenAround();
    }
}
