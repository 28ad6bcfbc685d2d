using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Tests.Cpu;

/// <summary>The operations that take each row, or each element, by itself.</summary>
public sealed class RowOpsTests
{
    private static readonly (int Rows, int[] Columns)[] _shapes =
    [
        (1, [1, 3, 16, 17, 64, 255, 320, 4096]),
        (2, [1, 3, 16, 17, 64, 255, 320, 9000]),
        (9, [5, 31, 320]),
        (70, [320]),
    ];

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void AddEqualsThePlainLoop(string which) => ForEach(which, (ops, memory, rows, columns, what) =>
    {
        Tensor expected = memory.Random(rows, columns, gap: columns % 5);
        Tensor actual = memory.Copy(expected);
        Tensor y = memory.Random(rows, columns, gap: 3);
        CpuOps.AddReference(expected, y);
        ops.Add(actual, y);
        TestMemory.AssertSameBits(expected, actual, what);
    });

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void RmsNormEqualsThePlainLoop(string which) => ForEach(which, (ops, memory, rows, columns, what) =>
    {
        foreach (DataType type in Enum.GetValues<DataType>())
        {
            int heads = 1 + columns % 3;
            Tensor x = memory.Random(rows, heads * columns, gap: columns % 5, scale: 7);
            Weight weight = memory.Weight(1, columns, type);
            float offset = rows % 2;
            Tensor expected = memory.Blank(rows, heads * columns);
            Tensor actual = memory.Blank(rows, heads * columns, gap: 2);
            CpuOps.RmsNormReference(x, weight, 1e-5f, offset, expected);
            ops.RmsNorm(x, weight, 1e-5f, offset, actual);
            TestMemory.AssertClose(expected, actual, 4e-6, $"{type}, {what}");
            ops.RmsNorm(x, weight, 1e-5f, offset, x);
            TestMemory.AssertSameBits(actual, x, $"{type}, in place, {what}");
        }
    });

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void AddRmsNormIsAddAndThenRmsNorm(string which) => ForEach(which, (ops, memory, rows, columns, what) =>
    {
        Tensor residual = memory.Random(rows, columns, gap: 1);
        Tensor sum = memory.Copy(residual);
        Tensor x = memory.Random(rows, columns);
        Weight weight = memory.Weight(1, columns, DataType.BFloat16);
        Tensor expected = memory.Blank(rows, columns);
        Tensor actual = memory.Blank(rows, columns);
        ops.Add(sum, x);
        ops.RmsNorm(sum, weight, 1e-6f, 1, expected);
        ops.AddRmsNorm(residual, x, weight, 1e-6f, 1, actual);
        TestMemory.AssertSameBits(sum, residual, what);
        TestMemory.AssertSameBits(expected, actual, what);
    });

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void LayerNormEqualsThePlainLoop(string which) => ForEach(which, (ops, memory, rows, columns, what) =>
    {
        foreach (DataType type in Enum.GetValues<DataType>())
        {
            int heads = 1 + columns % 3;
            Tensor x = memory.Random(rows, heads * columns, gap: columns % 5, scale: 7);
            Weight weight = memory.Weight(rows % 2 == 0 ? heads : 1, columns, type);
            Weight? bias = type == DataType.Float16 ? null : memory.Weight(weight.Rows, columns, type);
            Tensor expected = memory.Blank(rows, heads * columns);
            Tensor actual = memory.Blank(rows, heads * columns, gap: 2);
            CpuOps.LayerNormReference(x, weight, bias, 1e-5f, expected);
            ops.LayerNorm(x, weight, bias, 1e-5f, actual);
            TestMemory.AssertClose(expected, actual, 6e-6, $"{type}, {what}");
            ops.LayerNorm(x, weight, bias, 1e-5f, x);
            TestMemory.AssertSameBits(actual, x, $"{type}, in place, {what}");
        }
    });

    [Fact]
    public void LayerNormRefusesWeightsOfAnotherNumberOfRuns()
    {
        using CpuOps ops = new(1);
        using var memory = new TestMemory(seed: 1);
        Tensor x = memory.Random(2, 12);
        Assert.Throws<ArgumentException>(() => ops.LayerNorm(x, memory.Weight(2, 4), null, 1e-5f, x));
        Assert.Throws<ArgumentException>(() => ops.LayerNorm(x, memory.Weight(1, 5), null, 1e-5f, x));
        Assert.Throws<ArgumentException>(() => ops.LayerNorm(x, memory.Weight(3, 4), memory.Weight(1, 4), 1e-5f, x));
    }

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void GatedActivationEqualsThePlainLoop(string which) => ForEach(which, (ops, memory, rows, columns, what) =>
    {
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            Tensor gateUp = memory.Random(rows, 2 * columns, gap: 4, scale: rows % 2 == 0 ? 3 : 100);
            Tensor expected = memory.Blank(rows, columns);
            Tensor actual = memory.Blank(rows, columns, gap: 1);
            CpuOps.GatedActivationReference(gateUp, activation, expected);
            ops.GatedActivation(gateUp, activation, actual);
            double tolerance = rows % 2 == 0 ? 4e-6 : 2e-3; // of products up to 9 and 10,000
            TestMemory.AssertClose(expected, actual, tolerance, $"{activation}, {what}");
        }
    });

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void SoftCapEqualsThePlainLoop(string which) => ForEach(which, (ops, memory, rows, columns, what) =>
    {
        foreach (float cap in (float[])[1, 30])
        {
            Tensor expected = memory.Random(rows, columns, gap: 4, scale: rows % 2 == 0 ? 1 : 100);
            Tensor actual = memory.Copy(expected);
            CpuOps.SoftCapReference(expected, cap);
            ops.SoftCap(actual, cap);
            TestMemory.AssertClose(expected, actual, 2.5e-7 * cap, $"cap {cap}, {what}");
        }
    });

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void EmbedEqualsThePlainLoop(string which) => ForEach(which, (ops, memory, rows, columns, what) =>
    {
        foreach (DataType type in Enum.GetValues<DataType>())
        {
            Weight table = memory.Weight(50, columns, type, parts: 3);
            int[] slots = [.. Enumerable.Range(0, rows)];
            Pass pass = PassBuilder.Build([slots], [rows], memory.Integers(rows, below: 50));
            Tensor expected = memory.Blank(rows, columns);
            Tensor actual = memory.Blank(rows, columns, gap: 2);
            CpuOps.EmbedReference(pass, table, 1.5f, expected);
            ops.Embed(pass, table, 1.5f, actual);
            TestMemory.AssertSameBits(expected, actual, $"{type}, {what}");
        }
    });

    [Fact]
    public void GatherRowsCopiesThem()
    {
        using CpuOps ops = new(1);
        using var memory = new TestMemory(seed: 1);
        Tensor x = memory.Random(6, 19, gap: 3);
        Tensor output = memory.Blank(4, 19, gap: 1);
        int[] rows = [5, 0, 0, 3];
        ops.GatherRows(x, rows, output);
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal(x.Row(rows[i]), output.Row(i));
        memory.AssertNothingWrittenAround();
        Assert.Throws<ArgumentOutOfRangeException>(() => ops.GatherRows(x, [0, 6, 0, 0], output));
    }

    private static void ForEach(string which, Action<CpuOps, TestMemory, int, int, string> compare)
    {
        using CpuOps ops = CpuOpsUnderTest.Create(which);
        foreach (var (rows, widths) in _shapes)
        {
            foreach (int columns in widths)
            {
                using var memory = new TestMemory(rows * columns);
                compare(ops, memory, rows, columns, $"[{rows}, {columns}]");
                memory.AssertNothingWrittenAround();
            }
        }
    }
}
