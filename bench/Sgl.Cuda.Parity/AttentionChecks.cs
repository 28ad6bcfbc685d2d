using Sgl.Engine.Execution;

namespace Sgl.Cuda.Parity;

/// <summary>Paged attention over mixes of prefill, extension and decode.</summary>
internal static class AttentionChecks
{
    public static void Run(Twin twin, Action<string, string, Func<double>, double?> check)
    {
        foreach (int headDim in (int[])[64, 80, 96, 128, 256, 48, 72])
        {
            foreach ((int heads, int kvHeads) in ((int, int)[])[(4, 4), (8, 2), (7, 1), (12, 4), (20, 1)])
            {
                foreach ((int window, float softCap) in ((int, float)[])[(0, 0), (0, 5), (37, 0)])
                {
                    AttentionShape shape = new(heads, kvHeads, headDim, 1 / MathF.Sqrt(headDim), window, softCap);
                    string text = $"{heads}/{kvHeads} heads of {headDim}, window {window}, cap {softCap}";
                    check("attention, decode", text, () => Error(twin, shape, [1, 1, 1, 1], [1, 17, 300, 64]), null);
                    check("attention, prefill", text, () => Error(twin, shape, [33, 2, 130], [33, 2, 130]), null);
                    check("attention, mixed", text, () => Error(twin, shape, [1, 65, 1, 5], [150, 200, 33, 64]), null);
                }
            }
        }
        AttentionShape llama = new(32, 8, 128, 1 / MathF.Sqrt(128));
        check("attention, decode", "one of 1500", () => Error(twin, llama, [1], [1500]), null);
        foreach ((int heads, int kvHeads, int headDim) in ((int, int, int)[])
            [(8, 2, 64), (6, 6, 64), (8, 2, 128), (20, 1, 128), (4, 1, 256)])
        {
            foreach (int count in (int[])[1, 40, 130, 300])
            {
                int[] contexts = [.. Enumerable.Range(0, count).Select(
                    _ => 1 + twin.Random.Next(count > 100 ? 150 : 700))];
                contexts[count / 2] = 3000;
                AttentionShape shape = new(
                    heads, kvHeads, headDim, 1 / MathF.Sqrt(headDim), Window: twin.Random.Next(2) * 500);
                check("attention, many decodes", $"{count}, {heads}/{kvHeads} heads of {headDim}",
                    () => Error(twin, shape, [.. contexts.Select(_ => 1)], contexts), null);
            }
        }
        check("attention, padded decode", "5 of 12 rows", () => PaddedError(twin, llama, headDim: 128), null);
        check("attention, padded decode", "heads of 72",
            () => PaddedError(twin, llama with { HeadDim = 72 }, headDim: 72), null);
        check("attention, prefill", "700 after 300", () => Error(twin, llama, [700], [1000]), null);
    }

    /// <summary>Sequences with scattered slots; the new tokens are the last of each context.</summary>
    /// <param name="news">New tokens of each sequence.</param>
    /// <param name="contexts">Tokens of each, the new ones included.</param>
    /// <param name="slots">Size of the pool.</param>
    public static Pass MakePass(
        Random random, int[] news, int[] contexts, int slots, int vocabulary = 1, int firstPosition = 0)
    {
        int[] order = [.. Enumerable.Range(0, slots)];
        random.Shuffle(order);
        Queue<int> free = new(order);
        List<PassSequence> sequences = [];
        List<int> positions = [], newSlots = [];
        foreach ((int count, int context) in news.Zip(contexts))
        {
            int[] own = [.. Enumerable.Range(0, context).Select(_ => free.Dequeue())];
            sequences.Add(new PassSequence(newSlots.Count, count, own));
            newSlots.AddRange(own[^count..]);
            positions.AddRange(Enumerable.Range(firstPosition + context - count, count));
        }
        return new Pass
        {
            Tokens = [.. newSlots.Select(_ => random.Next(vocabulary))],
            Positions = [.. positions],
            RopeLengths = [.. positions.Select(position => position + 1)],
            Slots = [.. newSlots],
            Sequences = [.. sequences],
        };
    }

    /// <summary>A graph's batch with fewer sequences than rows: rows without a context, anywhere.</summary>
    private static double PaddedError(Twin twin, AttentionShape shape, int headDim)
    {
        int[] contexts = [1, 700, 64, 33, 257];
        int slots = contexts.Sum() + 9, width = shape.KvHeads * headDim;
        Pass pass = MakePass(twin.Random, [1, 1, 1, 1, 1], contexts, slots);
        Queue<PassSequence> sequences = new(pass.Sequences);
        Pass padded = new()
        {
            Tokens = new int[12],
            Positions = new int[12],
            RopeLengths = [.. Enumerable.Repeat(1, 12)],
            Slots = [.. Enumerable.Repeat(-1, 12)],
            Sequences = [.. Enumerable.Range(0, 12).Select(row => row is 0 or 3 or 4 or 9 or 11
                ? sequences.Dequeue() with { QueryStart = row }
                : new PassSequence(row, 1, ReadOnlyMemory<int>.Empty))],
        };
        Twin.Pair q = twin.Make(12, shape.Heads * headDim), output = twin.Empty(12, shape.Heads * headDim);
        Twin.Pair keys = twin.Make(slots, width), values = twin.Make(slots, width);
        twin.Cuda.Begin(padded);
        twin.Cuda.Attention(padded, q.Gpu, new KvLayer(keys.Gpu, values.Gpu), shape, output.Gpu);
        double worst = 0;
        foreach ((PassSequence sequence, int row) in pass.Sequences.Zip([0, 3, 4, 9, 11]))
        {
            Pass one = new()
            {
                Tokens = [0],
                Positions = [0],
                RopeLengths = [1],
                Slots = [0],
                Sequences = [sequence with { QueryStart = 0 }],
            };
            twin.Cpu.Begin(one);
            Twin.Pair own = output.SliceRows(row, 1);
            twin.Cpu.Attention(one, q.Cpu.SliceRows(row, 1), new KvLayer(keys.Cpu, values.Cpu), shape, own.Cpu);
            worst = Math.Max(worst, twin.Error(own));
        }
        return worst;
    }

    private static double Error(Twin twin, AttentionShape shape, int[] news, int[] contexts)
    {
        int slots = contexts.Sum() + 9, width = shape.KvHeads * shape.HeadDim;
        Pass pass = MakePass(twin.Random, news, contexts, slots);
        twin.Begin(pass);
        Twin.Pair wide = twin.Make(pass.TokenCount, shape.Heads * shape.HeadDim + 2 * width, 1.5);
        Twin.Pair q = wide.SliceColumns(0, shape.Heads * shape.HeadDim);
        Twin.Pair keys = twin.Make(slots, width), values = twin.Make(slots, width);
        Twin.Pair output = twin.Empty(pass.TokenCount, shape.Heads * shape.HeadDim);
        twin.Cpu.Attention(pass, q.Cpu, new KvLayer(keys.Cpu, values.Cpu), shape, output.Cpu);
        twin.Cuda.Attention(pass, q.Gpu, new KvLayer(keys.Gpu, values.Gpu), shape, output.Gpu);
        return twin.Error(output);
    }
}
