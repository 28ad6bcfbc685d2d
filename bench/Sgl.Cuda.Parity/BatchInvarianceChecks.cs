using Sgl.Engine.Execution;

namespace Sgl.Cuda.Parity;

/// <summary>
/// The deterministic device's operations to the bit: a row alone is the row among others. Errors are counts of elements
/// that differ.
/// </summary>
internal static class BatchInvarianceChecks
{
    private const int Rows = 300;

    public static void Run(CudaDevice device, DataType type, Report report)
    {
        using CudaOps ops = new(device, type, deterministic: true);
        Random random = new(Environment.TickCount);
        foreach ((int inputs, int outputs) in ((int, int)[])[(4096, 1000), (1024, 4096), (520, 33), (250, 100)])
        {
            string shape = $"{inputs} to {outputs}";
            report.Guard("product, row alone", shape, () => Products(ops, random, inputs, outputs, report, shape));
        }
        (int, int, float)[] heads = [(128, 0, 0), (64, 0, 5), (128, 50, 0), (72, 0, 0)];
        foreach ((int headDim, int window, float cap) in heads)
        {
            string shape = $"heads of {headDim}, window {window}, cap {cap}";
            AttentionShape attention = new(8, 2, headDim, 1 / MathF.Sqrt(headDim), window, cap);
            report.Guard("attention, row alone", shape, () => Attention(ops, random, attention, report, shape));
        }
    }

    private static void Products(CudaOps ops, Random random, int inputs, int outputs, Report report, string shape)
    {
        Tensor x = Make(ops, random, Rows, inputs), all = ops.Allocate(ops.ActivationType, Rows, outputs);
        Weight weight = new([Make(ops, random, outputs, inputs)]), bias = new([Make(ops, random, 1, outputs)]);
        ops.Linear(x, weight, bias, all);
        (string type, double limit) = ops.ActivationType == DataType.Float16 ? ("fp16", 1e-3) : ("bf16", 5e-3);
        report.Check($"product, one order {type}", Error(ops, random, x, weight, bias, all), limit, shape);
        foreach (int count in (int[])[1, 2, 7, 16, 17, 33, 64, 65, 128, 129, 299])
        {
            int first = random.Next(Rows - count + 1);
            Tensor some = ops.Allocate(ops.ActivationType, count, outputs);
            ops.Linear(x.SliceRows(first, count), weight, bias, some);
            int differ = Differ(ops, some, all.SliceRows(first, count));
            report.Check("product, row alone", differ, 0, $"{shape}, {count} rows");
        }
    }

    /// <summary>Relative error of some outputs, each summed on the host in double.</summary>
    private static double Error(CudaOps ops, Random random, Tensor x, Weight weight, Weight bias, Tensor output)
    {
        float[] xs = ops.Read(x), ws = ops.Read(weight.Parts[0]), bs = ops.Read(bias.Parts[0]), ys = ops.Read(output);
        double difference = 0, norm = 0;
        for (int i = 0; i < 500; i++)
        {
            int r = random.Next(x.Rows), o = random.Next(weight.Rows);
            double sum = bs[o];
            for (int c = 0; c < x.Columns; c++)
                sum += (double)xs[(long)r * x.Columns + c] * ws[(long)o * x.Columns + c];
            double delta = sum - ys[(long)r * output.Columns + o];
            difference += delta * delta;
            norm += sum * sum;
        }
        return Math.Sqrt(difference / norm);
    }

    /// <summary>One sequence as a prompt at once, in chunks, and token by token beside others.</summary>
    private static void Attention(CudaOps ops, Random random, AttentionShape shape, Report report, string text)
    {
        const int length = 330;
        int width = shape.Heads * shape.HeadDim, kvWidth = shape.KvHeads * shape.HeadDim;
        int[] slots = [.. Enumerable.Range(0, 2 * length)];
        random.Shuffle(slots);
        Tensor keys = Make(ops, random, slots.Length, kvWidth), values = Make(ops, random, slots.Length, kvWidth);
        KvLayer layer = new(keys, values);
        Tensor q = Make(ops, random, length, width), whole = ops.Allocate(ops.ActivationType, length, width);
        Attend(ops, q, layer, shape, whole, [new PassSequence(0, length, slots.AsMemory(0, length))]);
        foreach ((int start, int count) in ((int, int)[])[(0, 100), (100, 37), (137, 1), (200, 64), (329, 1), (64, 1)])
        {
            // Another sequence goes first, so that rows lie elsewhere in their tiles.
            int others = random.Next(0, 5);
            Tensor part = Make(ops, random, others + count, width);
            ops.Context.CopyOnDevice(
                part.SliceRows(others, count).Address, q.SliceRows(start, count).Address, 2L * count * width);
            Tensor output = ops.Allocate(ops.ActivationType, others + count, width);
            PassSequence own = new(others, count, slots.AsMemory(0, start + count));
            PassSequence other = new(0, others, slots.AsMemory(length, others + 40));
            Attend(ops, part, layer, shape, output, others > 0 ? [other, own] : [own]);
            int differ = Differ(ops, output.SliceRows(others, count), whole.SliceRows(start, count));
            report.Check("attention, row alone", differ, 0, $"{text}, {count} from {start}");
        }
    }

    private static void Attend(
        CudaOps ops, Tensor q, KvLayer layer, AttentionShape shape, Tensor output, PassSequence[] sequences)
    {
        int[] zeros = new int[q.Rows];
        Pass pass = new()
        {
            Tokens = zeros,
            Positions = zeros,
            RopeLengths = zeros,
            Slots = zeros,
            Sequences = sequences,
        };
        ops.Begin(pass);
        ops.Attention(pass, q, layer, shape, output);
    }

    private static Tensor Make(CudaOps ops, Random random, int rows, int columns)
    {
        Tensor tensor = ops.Allocate(ops.ActivationType, rows, columns);
        float[] values = new float[(long)rows * columns];
        foreach (ref float value in values.AsSpan())
            value = (float)(random.NextDouble() - 0.5);
        ops.Write(tensor, values);
        return tensor;
    }

    /// <summary>NaN differs from everything.</summary>
    private static int Differ(CudaOps ops, Tensor a, Tensor b) =>
        ops.Read(a).Zip(ops.Read(b)).Count(pair => !(pair.First == pair.Second));
}
