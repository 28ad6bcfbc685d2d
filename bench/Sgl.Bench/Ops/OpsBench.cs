using System.Diagnostics;
using System.Globalization;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Reporting;
using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;

namespace Sgl.Bench.Ops;

/// <summary>
/// The CPU's operations by themselves, at the shapes of one step of a model, beside what the machine can do at most: a
/// decode step can be no faster than its weights and keys are read, a prefill no faster than its multiplications are
/// done.
/// </summary>
internal sealed class OpsBench : IDisposable
{
    private const int Context = 1024;

    private static readonly ModelShape[] _models =
    [
        new("sgl-tiny", Hidden: 320, Layers: 6, Heads: 4, KvHeads: 2, HeadDim: 64, Intermediate: 896, Vocabulary: 4096),
        new("Llama-3-8B", 4096, Layers: 1, Heads: 32, KvHeads: 8, HeadDim: 128, Intermediate: 14336, Vocabulary: 0),
    ];

    private readonly CpuOps _ops;
    private readonly TimeSpan _time;
    private readonly Table _table = new("step", "us", "GB/s", "of reading", "GFLOP/s", "of FMA peak");
    private readonly double _flops;

    private OpsBench(int threads, TimeSpan time)
    {
        _ops = new CpuOps(threads);
        _time = time;
        _flops = CpuCeilings.FlopsPerSecond(threads, time);
        Threads = threads;
    }

    public static Command Command { get; } = new(
        "ops",
        "the CPU's operations at the shapes of a model's step, beside the machine's ceilings",
        [
            new("--model", "NAME", "all", "whose shapes: sgl-tiny, Llama-3-8B or all"),
            new("--cpu-threads", "N", null, "threads; every core unless set"),
            new("--seconds", "S", "1", "how long each line is measured; the best run counts"),
        ],
        (flags, _) => Task.FromResult(Run(flags, Console.Out)));

    private int Threads { get; }

    public void Dispose() => _ops.Dispose();

    internal static int Run(FlagValues flags, TextWriter output)
    {
        string name = flags.Choice("--model", ["all", .. _models.Select(model => model.Name)]);
        int threads = flags.IntegerOrNull("--cpu-threads", 1) ?? Environment.ProcessorCount;
        using OpsBench bench = new(threads, TimeSpan.FromSeconds(flags.Number("--seconds", 0.01, 60)));
        output.WriteLine($"{bench._ops.Description}; FMA peak {bench._flops / 1e9:0} GFLOP/s");
        foreach (ModelShape model in _models.Where(model => name == "all" || name == model.Name))
            bench.Measure(model, output);
        output.WriteLine(bench._table);
        return 0;
    }

    private void Measure(ModelShape model, TextWriter output)
    {
        Weight[] weights = [.. model.Products.Select(product => Weight(product.Out, product.In))];
        long bytes = weights.Sum(weight => 2L * weight.Rows * weight.Columns);
        double reading = CpuCeilings.ReadBytesPerSecond(Threads, bytes, _time);
        output.WriteLine($"{model.Name}: {bytes / 1e6:0} MB of bf16 weights, read at {reading / 1e9:0} GB/s");
        foreach (int rows in (int[])[1, 8, 64, 512])
            Linear($"{model.Name}, products of {rows} tokens", weights, rows, reading);

        long keys = 2L * Context * model.KvHeads * model.HeadDim * sizeof(float);
        double readingKeys = CpuCeilings.ReadBytesPerSecond(Threads, keys, _time);
        Attention($"{model.Name}, attention of 1 token, context {Context}", model, 1, readingKeys);
        Attention($"{model.Name}, attention of {Context} tokens", model, Context, readingKeys);
    }

    private void Linear(string name, Weight[] weights, int rows, double reading)
    {
        // Contiguous, as a model's buffers are: rows a power of two apart would share a few cache lines.
        Tensor inputs = _ops.Allocate(DataType.Float32, rows, weights.Max(weight => weight.Columns));
        Tensor outputs = _ops.Allocate(DataType.Float32, rows, weights.Max(weight => weight.Rows));
        Fill(inputs);
        double seconds = Best(() =>
        {
            foreach (Weight weight in weights)
            {
                Tensor x = inputs with { Columns = weight.Columns, Stride = weight.Columns };
                Tensor output = outputs with { Columns = weight.Rows, Stride = weight.Rows };
                _ops.Linear(x, weight, null, output);
            }
        });
        double elements = weights.Sum(weight => (double)weight.Rows * weight.Columns);
        Add(name, seconds, 2 * elements, 2 * elements * rows, reading);
    }

    private void Attention(string name, ModelShape model, int tokens, double reading)
    {
        int width = model.KvHeads * model.HeadDim;
        KvLayer layer = new(
            _ops.Allocate(DataType.Float32, Context, width), _ops.Allocate(DataType.Float32, Context, width));
        Fill(layer.Keys);
        Fill(layer.Values);
        Tensor q = _ops.Allocate(DataType.Float32, tokens, model.Heads * model.HeadDim);
        Fill(q);
        Tensor output = _ops.Allocate(DataType.Float32, tokens, q.Columns);
        int[] slots = [.. Enumerable.Range(0, Context)];
        Pass pass = new()
        {
            Tokens = new int[tokens],
            Positions = slots[^tokens..],
            RopeLengths = slots[^tokens..],
            Slots = slots[^tokens..],
            Sequences = [new PassSequence(0, tokens, slots)],
        };
        AttentionShape shape = new(model.Heads, model.KvHeads, model.HeadDim, 1 / MathF.Sqrt(model.HeadDim));
        _ops.Begin(pass);
        double seconds = Best(() => _ops.Attention(pass, q, layer, shape, output));
        double pairs = tokens * (Context - (tokens - 1) / 2.0);
        Add(name, seconds, 8.0 * width * Context, 4 * pairs * q.Columns, reading);
    }

    private void Add(string name, double seconds, double bytes, double operations, double reading)
    {
        _table.Add(
            name,
            Number(1e6 * seconds),
            Number(bytes / seconds / 1e9),
            Percent(bytes / seconds / reading),
            Number(operations / seconds / 1e9),
            Percent(operations / seconds / _flops));

        static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
        static string Percent(double value) => value.ToString("0 %", CultureInfo.InvariantCulture);
    }

    private double Best(Action action)
    {
        double best = double.PositiveInfinity;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < _time;)
        {
            long began = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return best;
    }

    private unsafe Weight Weight(int rows, int columns)
    {
        Tensor tensor = _ops.Allocate(DataType.BFloat16, rows, columns);
        new Span<ushort>((void*)tensor.Address, rows * columns).Fill(0x3C12);
        return new Weight([tensor]);
    }

    private static void Fill(Tensor tensor)
    {
        for (int r = 0; r < tensor.Rows; r++)
        {
            for (int c = 0; c < tensor.Columns; c++)
                tensor.Row(r)[c] = (r * 31 + c) % 97 / 97f - 0.5f;
        }
    }

    /// <param name="Vocabulary">0 leaves the output layer out.</param>
    private sealed record ModelShape(
        string Name, int Hidden, int Layers, int Heads, int KvHeads, int HeadDim, int Intermediate, int Vocabulary)
    {
        /// <summary>The matrix products of a step, in order.</summary>
        public IEnumerable<(int Out, int In)> Products
        {
            get
            {
                for (int layer = 0; layer < Layers; layer++)
                {
                    yield return ((Heads + 2 * KvHeads) * HeadDim, Hidden);
                    yield return (Hidden, Heads * HeadDim);
                    yield return (2 * Intermediate, Hidden);
                    yield return (Hidden, Intermediate);
                }

                if (Vocabulary > 0)
                    yield return (Vocabulary, Hidden);
            }
        }
    }
}
