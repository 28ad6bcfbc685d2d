using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Tests.Cpu;

public sealed class AttentionTests
{
    private static readonly AttentionShape[] _shapes =
    [
        new(Heads: 4, KvHeads: 2, HeadDim: 64, Scale: 0.125f),
        new(Heads: 1, KvHeads: 1, HeadDim: 1, Scale: 1),
        new(Heads: 3, KvHeads: 1, HeadDim: 20, Scale: 0.3f, Window: 7),
        new(Heads: 6, KvHeads: 2, HeadDim: 37, Scale: 0.2f, SoftCap: 2),
        new(Heads: 5, KvHeads: 5, HeadDim: 128, Scale: 0.1f, Window: 65, SoftCap: 30),
        new(Heads: 40, KvHeads: 1, HeadDim: 80, Scale: 0.1f),
        new(Heads: 2, KvHeads: 1, HeadDim: 256, Scale: 1, Window: 1),
    ];

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void EqualsThePlainLoop(string which)
    {
        using CpuOps ops = CpuOpsUnderTest.Create(which);
        foreach (AttentionShape shape in _shapes)
        {
            Compare(ops, shape, [1], [1]);
            Compare(ops, shape, [70], [70]);
            Compare(ops, shape, [64, 1, 129, 65], [1, 1, 1, 1]);
            Compare(ops, shape, [90, 3, 200], [17, 3, 1]);
        }
    }

    [Theory]
    [MemberData(nameof(CpuOpsUnderTest.All), MemberType = typeof(CpuOpsUnderTest))]
    public void ATokenIsTheSameInAnyChunkAndCompany(string which)
    {
        using CpuOps ops = CpuOpsUnderTest.Create(which);
        using CpuOps alone = CpuOpsUnderTest.Create(which, threads: 1);
        foreach (AttentionShape shape in _shapes)
        {
            const int length = 135;
            using var memory = new TestMemory(seed: 3);
            KvLayer layer = Layer(memory, shape, 400);
            int[][] slots = PassBuilder.Scatter(8, 400, length, 90, 110);
            Tensor q = memory.Random(length, shape.Heads * shape.HeadDim, scale: 3);
            Tensor whole = memory.Blank(length, q.Columns);
            Pass pass = PassBuilder.Build([slots[0]], [length]);
            ops.Begin(pass);
            ops.Attention(pass, q, layer, shape, whole);

            foreach (int chunk in (int[])[1, 3, 33])
            {
                for (int start = 0; start < length; start += chunk)
                {
                    int count = Math.Min(chunk, length - start);
                    Check(alone, [slots[0][..(start + count)]], [count], 0, start, count);
                    Check(ops, [slots[1], slots[0][..(start + count)], slots[2]], [9, count, 1], 9, start, count);
                }
            }

            void Check(CpuOps by, int[][] contexts, int[] newTokens, int row, int start, int count)
            {
                Pass part = PassBuilder.Build(contexts, newTokens);
                Tensor queries = memory.Random(part.TokenCount, q.Columns);
                for (int i = 0; i < count; i++)
                    q.Row(start + i).CopyTo(queries.Row(row + i));
                Tensor output = memory.Blank(part.TokenCount, q.Columns);
                by.Begin(part);
                by.Attention(part, queries, layer, shape, output);
                TestMemory.AssertSameBits(
                    whole.SliceRows(start, count), output.SliceRows(row, count), $"{shape}, from {start}, {count} new");
            }
        }
    }

    [Fact]
    public void ASlotOutsideThePoolIsRefused()
    {
        using CpuOps ops = new(1);
        using var memory = new TestMemory(seed: 1);
        AttentionShape shape = _shapes[0];
        KvLayer layer = Layer(memory, shape, 10);
        Tensor q = memory.Random(1, 256);
        foreach (int slot in (int[])[10, -1])
        {
            Pass pass = PassBuilder.Build([[3, slot, 4]], [1]);
            ops.Begin(pass);
            Assert.Throws<ArgumentOutOfRangeException>(() => ops.Attention(pass, q, layer, shape, q));
        }
    }

    private static KvLayer Layer(TestMemory memory, AttentionShape shape, int slots) => new(
        memory.Random(slots, shape.KvHeads * shape.HeadDim, gap: 4),
        memory.Random(slots, shape.KvHeads * shape.HeadDim));

    private static void Compare(CpuOps ops, AttentionShape shape, int[] contexts, int[] newTokens)
    {
        using var memory = new TestMemory(contexts.Sum());
        int pool = contexts.Sum() + 5;
        KvLayer layer = Layer(memory, shape, pool);
        Pass pass = PassBuilder.Build(PassBuilder.Scatter(1, pool, contexts), newTokens);
        Tensor q = memory.Random(pass.TokenCount, shape.Heads * shape.HeadDim, gap: 6, scale: 4);
        Tensor expected = memory.Blank(pass.TokenCount, q.Columns);
        Tensor actual = memory.Blank(pass.TokenCount, q.Columns, gap: 3);
        CpuOps.AttentionReference(pass, q, layer, shape, expected);
        ops.Begin(pass);
        ops.Attention(pass, q, layer, shape, actual);
        string what = $"{shape}, contexts {string.Join(' ', contexts)}, new {string.Join(' ', newTokens)}";
        TestMemory.AssertClose(expected, actual, 3e-6, what);
        memory.AssertNothingWrittenAround();
    }
}
