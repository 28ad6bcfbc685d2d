using System.Runtime.InteropServices;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Cuda.Parity;

/// <summary>A Llama-3-8B of random weights, one batch at a time: decode and prefill against their floors.</summary>
internal sealed partial class OneBatch
{
    private const string ConfigJson = """
        {"architectures":["LlamaForCausalLM"],"model_type":"llama","vocab_size":128256,"hidden_size":4096,
         "intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,
         "max_position_embeddings":8192,"rms_norm_eps":1e-5,"rope_theta":500000.0,"hidden_act":"silu",
         "torch_dtype":"bfloat16","bos_token_id":128000,"eos_token_id":128001,"tie_word_embeddings":false}
        """;

    private const int Slots = 64 * 1024 + 256 * 512 + 4096;
    private const long EmbeddingElements = 128256L * 4096;
    private const long LayerElements = 4096L * (4096 + 1024 + 1024 + 4096) + 3L * 4096 * 14336;
    private const long ReadElements = 32 * LayerElements + EmbeddingElements;
    private const long KvBytesPerToken = 32 * 2 * 1024 * 2;

    private readonly CudaOps _ops;
    private readonly ICausalModel _model;
    private readonly KvLayer[] _cache;
    private readonly Report _report;
    private readonly Ceilings _ceilings;
    private readonly Random _random = new(3);

    private OneBatch(CudaOps ops, ICausalModel model, Ceilings ceilings, Report report)
    {
        _ops = ops;
        _ceilings = ceilings;
        _model = model;
        _report = report;
        _cache = KvLayer.AllocateFor(model, ops, Slots);
    }

    public static void Run(CudaDevice device, Report report)
    {
        using CudaOps ops = new(device);
        OneBatch bench = Measured(ops, report);
        bench.Prefill(8192);
        bench.Prefill(128);
        bench.Decode(1, 1024);
        bench.Decode(64, 1024);
        bench.Decode(256, 512);
    }

    /// <summary>One size alone, for comparing variants.</summary>
    public static void RunDecode(CudaDevice device, Report report, int batch, int context)
    {
        using CudaOps ops = new(device);
        Measured(ops, report).Decode(batch, context);
    }

    private static OneBatch Measured(CudaOps ops, Report report)
    {
        Tensor large = ops.Load([new SharedWeights(4L << 29).Read("large.bias", 1 << 14, 1 << 17)]).Parts[0];
        Ceilings ceilings = Ceilings.Measure(ops, large);
        report.Measured($"ceilings: read {ceilings.ReadBytesPerSecond / 1e12:f2} TB/s, "
            + $"bf16 product {ceilings.FlopPerSecond / 1e12:f0} TFLOP/s");
        return new OneBatch(ops, LoadModel(ops, report), ceilings, report);
    }

    /// <summary>One step between the marks of a profiler: ncu --profile-from-start off ...</summary>
    public static void Profile(CudaDevice device, Report report, int batch, int context, int news)
    {
        using CudaOps ops = new(device);
        OneBatch bench = new(ops, LoadModel(ops, report), new Ceilings(1, 1), report);
        bench.FillSlots(0, Math.Min(8192, context));
        Pass pass = bench.MakePass(batch, news, context);
        int[] rows = [.. Enumerable.Range(1, batch).Select(i => i * news - 1)];
        for (int warm = 0; warm < 2; warm++)
            bench.Step(pass, rows);
        ops.Context.Synchronize();
        _ = ProfilerStart();
        bench.Step(pass, rows);
        ops.Context.Synchronize();
        _ = ProfilerStop();
    }

    [LibraryImport("libcuda.so.1", EntryPoint = "cuProfilerStart")]
    private static partial int ProfilerStart();

    [LibraryImport("libcuda.so.1", EntryPoint = "cuProfilerStop")]
    private static partial int ProfilerStop();

    private static ICausalModel LoadModel(CudaOps ops, Report report)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sgl-bench");
        File.WriteAllText(Path.Combine(folder.FullName, "config.json"), ConfigJson);
        using SharedWeights weights = new(EmbeddingElements);
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        ICausalModel model = ModelCatalog.Build(ModelConfig.Load(folder.FullName), weights, ops);
        ops.Context.Synchronize();
        report.Measured($"weights up in {System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds:f1} s");
        folder.Delete(recursive: true);
        return model;
    }

    private void Prefill(int tokens)
    {
        Pass pass = MakePass(1, tokens, tokens);
        double wall = Stopwatch.MedianWall(5, () =>
        {
            Step(pass, [tokens - 1]);
            _ops.Context.Synchronize();
        });
        double flop = 2.0 * 32 * LayerElements * tokens + 2.0 * EmbeddingElements
            + 32 * 4.0 * tokens * tokens / 2 * 4096;
        double floor = Math.Max(flop / _ceilings.FlopPerSecond, 2.0 * ReadElements / _ceilings.ReadBytesPerSecond);
        _report.Measured($"prefill {tokens}: {wall * 1e3:f2} ms, floor {floor * 1e3:f2} ms, "
            + $"{floor / wall:p0} of the floor's speed");
    }

    private void Decode(int batch, int context)
    {
        // Decode reads keys and values that a model made.
        for (int done = 0; done < batch * context; done += 8192)
            FillSlots(done, Math.Min(8192, batch * context - done));
        Pass pass = MakePass(batch, 1, context);
        int[] rows = [.. Enumerable.Range(0, batch)];
        SamplingRow[] sampling = [.. rows.Select(_ => new SamplingRow(
            new SamplingParams { MaxNewTokens = 1, Temperature = 0 }, [], 1, default, default, -1))];
        double wall = Stopwatch.MedianWall(15, () => _ops.Sample(Step(pass, rows), sampling)());
        long before = System.Diagnostics.Stopwatch.GetTimestamp();
        Step(pass, rows);
        double host = System.Diagnostics.Stopwatch.GetElapsedTime(before).TotalSeconds;
        _ops.Context.Synchronize();
        double device = AsGraph(pass), consecutive = AsGraph(MakePass(batch, 1, context, scattered: false));

        double bytes = 2.0 * ReadElements + (double)batch * context * KvBytesPerToken;
        double flop = 2.0 * ReadElements * batch;
        double floor = Math.Max(bytes / _ceilings.ReadBytesPerSecond, flop / _ceilings.FlopPerSecond);
        _report.Measured(
            $"decode {batch} at {context}: step {wall * 1e3:f2} ms (host {host * 1e3:f2}), graph {device * 1e3:f2} ms, "
            + $"with consecutive slots {consecutive * 1e3:f2} ms, floor {floor * 1e3:f2} ms: {floor / wall:p0} of the "
            + $"floor's speed now, {floor / device:p0} as a graph");
    }

    /// <summary>Seconds of the step's device work without the host's.</summary>
    private double AsGraph(Pass pass)
    {
        _ops.Begin(pass);
        using CudaGraph graph = CudaGraph.Record(
            _ops.Context, () => _model.Logits(_ops, _model.Forward(_ops, pass, _cache)));
        return Stopwatch.Median(_ops.Context, 15, graph.Launch);
    }

    /// <summary>Runs prompts of up to 8,192 tokens into consecutive slots.</summary>
    private void FillSlots(int first, int count)
    {
        int[] slots = [.. Enumerable.Range(first, count)];
        Pass pass = new()
        {
            Tokens = [.. slots.Select(_ => _random.Next(128256))],
            Positions = [.. Enumerable.Range(0, count)],
            RopeLengths = [.. Enumerable.Range(1, count)],
            Slots = slots,
            Sequences = [new PassSequence(0, count, slots)],
        };
        _ops.Begin(pass);
        _model.Forward(_ops, pass, _cache);
        _ops.Context.Synchronize();
    }

    private Tensor Step(Pass pass, int[] rows)
    {
        _ops.Begin(pass);
        Tensor hidden = _model.Forward(_ops, pass, _cache);
        return rows.Length == hidden.Rows
            ? _model.Logits(_ops, hidden) : _model.Logits(_ops, hidden, rows);
    }

    /// <param name="scattered">As the slots of a pool in use are.</param>
    private Pass MakePass(int sequences, int news, int context, bool scattered = true)
    {
        int[] slots = [.. Enumerable.Range(0, sequences * context)];
        if (scattered)
            _random.Shuffle(slots);
        PassSequence[] list = [.. Enumerable.Range(0, sequences).Select(
            i => new PassSequence(i * news, news, slots.AsMemory(i * context, context)))];
        int[] positions = [.. list.SelectMany(_ => Enumerable.Range(context - news, news))];
        return new Pass
        {
            Tokens = [.. positions.Select(_ => _random.Next(128256))],
            Positions = positions,
            RopeLengths = [.. positions.Select(position => position + 1)],
            Slots = [.. list.SelectMany(sequence => sequence.Slots.Slice(context - news, news).ToArray())],
            Sequences = list,
        };
    }
}
