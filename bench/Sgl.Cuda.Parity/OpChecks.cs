using Sgl.Engine.Execution;
using Sgl.Engine.Requests;

namespace Sgl.Cuda.Parity;

/// <summary>Every operation against CpuOps, over odd shapes, with fresh random inputs and poisoned outputs.</summary>
internal static class OpChecks
{
    /// <param name="small">Leaves out the large shapes: for compute-sanitizer, which makes everything slow.</param>
    public static void Run(CudaDevice device, DataType type, Report report, bool small)
    {
        using Twin twin = new(device, type);
        Action<string, string, Func<double>, double?> check = Checks(twin, report);
        int largest = small ? 1000 : int.MaxValue;
        foreach (int columns in UpTo(largest, 1, 7, 8, 24, 64, 250, 1000, 4096, 14336))
        {
            foreach (int rows in (int[])[1, 3, 70])
                CheckRows(twin, check, rows, columns);
        }
        foreach (int outputs in UpTo(largest, 8, 64, 100, 1000, 1001, 4096))
        {
            foreach (int inputs in UpTo(largest, 8, 24, 250, 512, 4096))
            {
                foreach (int rows in (int[])[1, 2, 3, 4, 5, 8, 17, 70])
                {
                    CheckLinear(twin, check, rows, inputs, outputs);
                    CheckGatedLinear(twin, check, rows, inputs, outputs);
                }
            }
        }
        CheckRope(twin, check);
        AttentionChecks.Run(twin, check);
        SampleChecks.Run(twin, check, largest);
    }

    /// <summary>Attention alone.</summary>
    public static void RunAttention(CudaDevice device, DataType type, Report report)
    {
        using Twin twin = new(device, type);
        AttentionChecks.Run(twin, Checks(twin, report));
    }

    /// <summary>Takes a check's name, its shape, its error, and its limit where it has one of its own.</summary>
    private static Action<string, string, Func<double>, double?> Checks(Twin twin, Report report)
    {
        string suffix = twin.Type == DataType.Float16 ? " fp16" : " bf16";
        return (name, shape, error, limit) => report.Guard(
            name + suffix, shape, () => report.Check(name + suffix, error(), limit ?? twin.Limit, shape));
    }

    private static IEnumerable<int> UpTo(int largest, params int[] sizes) => sizes.Where(size => size <= largest);

    private static void CheckRows(Twin twin, Action<string, string, Func<double>, double?> check, int rows, int columns)
    {
        string shape = $"[{rows}, {columns}]";
        Pass pass = AttentionChecks.MakePass(twin.Random, [rows], [rows], slots: rows, vocabulary: 50);
        check("embed", shape, () =>
        {
            twin.Begin(pass);
            (Weight cpu, Weight gpu) = twin.MakeWeight(50, columns);
            Twin.Pair output = twin.Empty(rows, columns);
            twin.Cpu.Embed(pass, cpu, 1.7f, output.Cpu);
            twin.Cuda.Embed(pass, gpu, 1.7f, output.Gpu);
            return twin.Error(output);
        }, null);
        check("rms norm", shape, () => NormError(twin, rows, columns, runs: 1, inPlace: false), null);
        check("rms norm, runs in place", shape, () => NormError(twin, rows, columns, runs: 3, inPlace: true), null);
        check("layer norm", shape, () => LayerNormError(twin, rows, columns, runs: 1), null);
        check("layer norm, runs", shape, () => LayerNormError(twin, rows, columns, runs: 3), null);
        check("add and rms norm", shape, () =>
        {
            Twin.Pair residual = twin.Make(rows, columns), x = twin.Make(rows, columns);
            Twin.Pair output = twin.Empty(rows, columns);
            (Weight cpu, Weight gpu) = twin.MakeWeight(1, columns);
            twin.Cpu.AddRmsNorm(residual.Cpu, x.Cpu, cpu, 1e-5f, 1, output.Cpu);
            twin.Cuda.AddRmsNorm(residual.Gpu, x.Gpu, gpu, 1e-5f, 1, output.Gpu);
            return Math.Max(twin.Error(residual), twin.Error(output));
        }, null);
        check("add", shape, () =>
        {
            Twin.Pair x = twin.Make(rows, columns), y = twin.Make(rows, columns);
            twin.Cpu.Add(x.Cpu, y.Cpu);
            twin.Cuda.Add(x.Gpu, y.Gpu);
            return twin.Error(x);
        }, null);
        check("soft cap", shape, () =>
        {
            Twin.Pair x = twin.Make(rows, columns, 20);
            twin.Cpu.SoftCap(x.Cpu, 30);
            twin.Cuda.SoftCap(x.Gpu, 30);
            return twin.Error(x);
        }, null);
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            check($"gated {activation}", shape, () =>
            {
                Twin.Pair x = twin.Make(rows, 2 * columns, 2), output = twin.Empty(rows, columns);
                twin.Cpu.GatedActivation(x.Cpu, activation, output.Cpu);
                twin.Cuda.GatedActivation(x.Gpu, activation, output.Gpu);
                return twin.Error(output);
            }, null);
        }
        check("gather rows", shape, () =>
        {
            twin.Begin(pass);
            Twin.Pair x = twin.Make(rows, columns), output = twin.Empty(5, columns);
            int[] picked = [.. Enumerable.Range(0, 5).Select(_ => twin.Random.Next(rows))];
            twin.Cpu.GatherRows(x.Cpu, picked, output.Cpu);
            twin.Cuda.GatherRows(x.Gpu, picked, output.Gpu);
            return twin.Error(output);
        }, 0);
    }

    private static double NormError(Twin twin, int rows, int columns, int runs, bool inPlace)
    {
        // A slice of wider rows, as queries are of a fused product.
        Twin.Pair wide = twin.Make(rows, runs * columns + 16);
        Twin.Pair x = wide.SliceColumns(8, runs * columns);
        Twin.Pair output = inPlace ? x : twin.Empty(rows, runs * columns);
        (Weight cpu, Weight gpu) = twin.MakeWeight(1, columns);
        twin.Cpu.RmsNorm(x.Cpu, cpu, 1e-6f, 0, output.Cpu);
        twin.Cuda.RmsNorm(x.Gpu, gpu, 1e-6f, 0, output.Gpu);
        return twin.Error(inPlace ? wide : output);
    }

    private static double LayerNormError(Twin twin, int rows, int columns, int runs)
    {
        Twin.Pair x = twin.Make(rows, runs * columns + 8).SliceColumns(0, runs * columns);
        Twin.Pair output = twin.Empty(rows, runs * columns);
        (Weight cpu, Weight gpu) = twin.MakeWeight(runs, columns);
        (Weight cpuBias, Weight gpuBias) = twin.MakeWeight(runs, columns);
        bool hasBias = columns % 2 == 0;
        twin.Cpu.LayerNorm(x.Cpu, cpu, hasBias ? cpuBias : null, 1e-5f, output.Cpu);
        twin.Cuda.LayerNorm(x.Gpu, gpu, hasBias ? gpuBias : null, 1e-5f, output.Gpu);
        return twin.Error(output);
    }

    private static void CheckLinear(
        Twin twin, Action<string, string, Func<double>, double?> check, int rows, int inputs, int outputs)
    {
        foreach (bool hasBias in (bool[])[false, true])
        {
            check(hasBias ? "linear with bias" : "linear", $"[{rows}, {inputs}] to {outputs}", () =>
            {
                Twin.Pair x = twin.Make(rows, inputs), output = twin.Empty(rows, outputs);
                (Weight cpu, Weight gpu) = twin.MakeWeight(outputs, inputs, 0.05);
                (Weight cpuBias, Weight gpuBias) = twin.MakeWeight(1, outputs);
                twin.Cpu.Linear(x.Cpu, cpu, hasBias ? cpuBias : null, output.Cpu);
                twin.Cuda.Linear(x.Gpu, gpu, hasBias ? gpuBias : null, output.Gpu);
                return twin.Error(output);
            }, null);
        }
    }

    private static void CheckGatedLinear(
        Twin twin, Action<string, string, Func<double>, double?> check, int rows, int inputs, int outputs)
    {
        Activation activation = Enum.GetValues<Activation>()[twin.Random.Next(3)];
        check("gated linear", $"[{rows}, {inputs}] to {outputs}, {activation}", () =>
        {
            Twin.Pair x = twin.Make(rows, inputs);
            Twin.Pair product = twin.Empty(rows, 2 * outputs), output = twin.Empty(rows, outputs);
            (Weight cpu, Weight gpu) = twin.MakeWeight(2 * outputs, inputs, 1 / Math.Sqrt(inputs));
            (Weight Cpu, Weight Gpu)? bias = rows % 2 == 0 ? twin.MakeWeight(1, 2 * outputs) : null;
            ((IOps)twin.Cpu).GatedLinear(x.Cpu, cpu, bias?.Cpu, activation, product.Cpu, output.Cpu);
            twin.Cuda.GatedLinear(x.Gpu, gpu, bias?.Gpu, activation, product.Gpu, output.Gpu);
            return twin.Error(output);
        }, 2 * twin.Limit); // two operations: where no kernel does both, the product is rounded between them
    }

    private static void CheckRope(Twin twin, Action<string, string, Func<double>, double?> check)
    {
        (int, int)[] sizes = [(64, 64), (128, 128), (128, 64), (80, 20), (96, 96), (256, 0)];
        foreach ((int headDim, int rotary) in sizes)
        {
            foreach (RopeStyle style in Enum.GetValues<RopeStyle>())
            {
                foreach (bool byLength in (bool[])[false, true])
                {
                    check("rope", $"head {headDim}, rotary {rotary}, {style}", () =>
                        RopeError(twin, headDim, rotary, style, byLength), null);
                }
            }
        }
    }

    private static double RopeError(Twin twin, int headDim, int rotary, RopeStyle style, bool byLength)
    {
        const int heads = 6, kvHeads = 2, slots = 60;
        Pass pass = AttentionChecks.MakePass(twin.Random, [40, 1], [40, 3], slots, firstPosition: 120_000);
        twin.Begin(pass);
        double[] speeds = [.. Enumerable.Range(0, rotary / 2).Select(i => Math.Pow(500_000, -2.0 * i / rotary))];
        RopeFrequencies frequencies = new(
            rotary,
            length => byLength ? [.. speeds.Select(s => s / (1 + length % 7))] : speeds,
            1.1f,
            byLength ? new(0, LongOnesShare: false) : KeySharing.All);
        Twin.Pair qkv = twin.Make(pass.TokenCount, (heads + 2 * kvHeads) * headDim);
        Twin.Pair q = qkv.SliceColumns(0, heads * headDim), k = qkv.SliceColumns(heads * headDim, kvHeads * headDim);
        Twin.Pair v = qkv.SliceColumns((heads + kvHeads) * headDim, kvHeads * headDim);
        Twin.Pair keys = twin.Make(slots, kvHeads * headDim), values = twin.Make(slots, kvHeads * headDim);
        Twin.Pair? angles = rotary == 0 ? null : twin.Empty(pass.TokenCount, rotary, DataType.Float32);
        double error = 0;
        if (angles is { } a)
        {
            twin.Cpu.RopeAngles(pass, frequencies, a.Cpu);
            twin.Cuda.RopeAngles(pass, frequencies, a.Gpu);
            // Angles are float on both sides: 1e-5 here counts as the limit there.
            error = twin.Error(a) * twin.Limit / 1e-5;
        }
        // Rows that only fill a graph's batch leave everything as it was.
        Pass padding = new()
        {
            Tokens = new int[pass.TokenCount],
            Positions = new int[pass.TokenCount],
            RopeLengths = [.. Enumerable.Repeat(1, pass.TokenCount)],
            Slots = [.. Enumerable.Repeat(-1, pass.TokenCount)],
            Sequences = [],
        };
        twin.Cuda.Begin(padding);
        twin.Cuda.RopeAndStore(
            padding, q.Gpu, k.Gpu, v.Gpu, headDim, angles?.Gpu, style, new KvLayer(keys.Gpu, values.Gpu));
        twin.Cuda.Begin(pass);
        twin.Cpu.RopeAndStore(
            pass, q.Cpu, k.Cpu, v.Cpu, headDim, angles?.Cpu, style, new KvLayer(keys.Cpu, values.Cpu));
        twin.Cuda.RopeAndStore(
            pass, q.Gpu, k.Gpu, v.Gpu, headDim, angles?.Gpu, style, new KvLayer(keys.Gpu, values.Gpu));
        return Math.Max(error, Math.Max(twin.Error(qkv), Math.Max(twin.Error(keys), twin.Error(values))));
    }
}
