using Sgl.Cuda.Compilation;
using Sgl.Cuda.Kernels;
using Sgl.Cuda.Memory;
using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;

namespace Sgl.Cuda;

/// <summary>
/// One GPU's operations: activations, keys, values and weights in 16 bits, arithmetic in float. Everything is enqueued
/// on one stream; only the results of <see cref="Sample"/> and <see cref="Logprobs"/> are waited for.
/// </summary>
public sealed partial class CudaOps : IOps
{
    private readonly CudaContext _context;
    private readonly KernelLibrary _library;
    private readonly StepUploads _uploads;
    private readonly Elementwise _elementwise;
    private readonly RmsNorm _rmsNorm;
    private readonly LayerNorm _layerNorm;
    private readonly Rope _rope;
    private readonly Linear _linear;
    private readonly BatchInvariant? _batchInvariant;
    private readonly Attention _attention;
    private readonly Sample _sample;
    private DevicePass? _pass;

    /// <param name="device">One that <see cref="CudaDevices.Probe"/> found.</param>
    /// <param name="activationType">BFloat16 or Float16; weights of other types are converted on their way up.</param>
    /// <param name="graphMaxBatch">Passes of so many decodes at most are recorded and replayed; 0: none.</param>
    /// <param name="progress">Told (done, all) while kernels are compiled; may be null.</param>
    /// <param name="deterministic">
    /// A row's bits depend neither on the other rows of a call nor on whether it came in a prompt, in a chunk of one or
    /// in decode, as they never do on the CPU. Costs speed, and nothing is replayed.
    /// </param>
    /// <exception cref="CudaException">The driver, NVRTC or cuBLASLt refuses.</exception>
    public CudaOps(
        CudaDevice device,
        DataType activationType = DataType.BFloat16,
        int graphMaxBatch = 0,
        Action<int, int>? progress = null,
        bool deterministic = false)
    {
        if (activationType is not (DataType.BFloat16 or DataType.Float16))
        {
            throw new ArgumentOutOfRangeException(
                nameof(activationType), activationType, "Activations on CUDA are BFloat16 or Float16.");
        }
        ActivationType = activationType;
        // Attention of decodes as prompts cuts its work on the host, anew for every pass.
        ReplaySizes = deterministic ? [] : GraphSizes.UpTo(graphMaxBatch);
        _context = new CudaContext(device);
        _library = new KernelLibrary(_context, activationType);
        _library.Prepare(
        [
            ("Elementwise", []), ("RmsNorm", []), ("Rope", []), ("MatrixVector", []), ("Sample", []),
            .. deterministic ? ((string, string[])[])[("BatchInvariant", [])] : [],
            .. Kernels.Attention.UsualHeadDims.SelectMany(headDim => ((string, string[])[])
            [
                ("AttentionDecode", Kernels.Attention.Options(headDim, softCap: false)),
                ("AttentionPrefill", Kernels.Attention.Options(headDim, softCap: false)),
            ]),
        ], progress);
        _uploads = new StepUploads(_context);
        _scratch = new StepArena(_context.Allocate, _context.Free, ScratchChunkBytes);
        _elementwise = new Elementwise(_library);
        _rmsNorm = new RmsNorm(_library);
        _layerNorm = new LayerNorm(_library);
        _rope = new Rope(_context, _library, _uploads);
        _linear = new Linear(_context, _library, activationType);
        _batchInvariant = deterministic ? new BatchInvariant(_library) : null;
        _attention = new Attention(_context, _library, _uploads);
        _sample = new Sample(_context, _library, _uploads);
    }

    public string Description =>
        $"cuda ({_context.Device.Name}, {_context.Device.Architecture}, "
        + $"{ActivationType.ToString().ToLowerInvariant()}{(_batchInvariant is null ? "" : ", deterministic")})";

    public DataType ActivationType { get; }

    internal CudaContext Context => _context;

    public void Embed(Pass pass, Weight table, float scale, Tensor output)
    {
        Tensor rows = Check.Single(table, table.Rows, output.Columns);
        Check.Shape(output, pass.TokenCount, table.Columns, ActivationType);
        Check.Tokens(pass.Tokens, table.Rows, _sample.DrawnCount);
        _elementwise.Gather(rows, Begun(pass).Tokens, _sample.Drawn, scale, output);
    }

    public void Linear(Tensor x, Weight weight, Weight? bias, Tensor output)
    {
        Tensor matrix = Check.Single(weight, output.Columns, x.Columns);
        Check.Shape(x, output.Rows, weight.Columns, ActivationType);
        Check.Shape(output, x.Rows, weight.Rows, ActivationType);
        Tensor? vector = bias is null ? null : Check.Single(bias, 1, weight.Rows);
        if (_batchInvariant is { } invariant)
            invariant.Run(x, matrix, vector, output);
        else
            _linear.Run(x, matrix, vector, output);
    }

    public void RmsNorm(Tensor x, Weight weight, float epsilon, float offset, Tensor output)
    {
        Check.Shape(x, output.Rows, output.Columns, ActivationType);
        Check.Shape(output, x.Rows, Runs(x, weight) * weight.Columns, ActivationType);
        _rmsNorm.Run(null, x, Check.Single(weight, 1, weight.Columns), epsilon, offset, output);
    }

    public void AddRmsNorm(Tensor residual, Tensor x, Weight weight, float epsilon, float offset, Tensor output)
    {
        Check.Shape(residual, x.Rows, weight.Columns, ActivationType);
        Check.Shape(x, residual.Rows, weight.Columns, ActivationType);
        Check.Shape(output, residual.Rows, weight.Columns, ActivationType);
        _rmsNorm.Run(residual, x, Check.Single(weight, 1, weight.Columns), epsilon, offset, output);
    }

    public void LayerNorm(Tensor x, Weight weight, Weight? bias, float epsilon, Tensor output)
    {
        int runs = Runs(x, weight), rows = weight.Rows == 1 ? 1 : runs;
        Check.Shape(x, output.Rows, output.Columns, ActivationType);
        Check.Shape(output, x.Rows, runs * weight.Columns, ActivationType);
        Tensor? shift = bias is null ? null : Check.Single(bias, rows, weight.Columns);
        _layerNorm.Run(x, Check.Single(weight, rows, weight.Columns), shift, epsilon, output);
    }

    public void Add(Tensor x, Tensor y)
    {
        Check.Shape(x, y.Rows, y.Columns, ActivationType);
        Check.Shape(y, x.Rows, x.Columns, ActivationType);
        _elementwise.Add(x, y);
    }

    public void RopeAngles(Pass pass, RopeFrequencies frequencies, Tensor angles)
    {
        Check.Shape(angles, pass.TokenCount, frequencies.RotaryDim, DataType.Float32);
        _rope.Angles(Begun(pass), frequencies, angles);
    }

    public void RopeAndStore(
        Pass pass, Tensor q, Tensor k, Tensor v, int headDim, Tensor? angles, RopeStyle style, KvLayer layer)
    {
        Check.Shape(q, pass.TokenCount, q.Columns / headDim * headDim, ActivationType);
        Check.Shape(k, pass.TokenCount, k.Columns / headDim * headDim, ActivationType);
        Check.Shape(v, pass.TokenCount, k.Columns, ActivationType);
        Check.Shape(layer.Keys, layer.Values.Rows, k.Columns, ActivationType);
        Check.Shape(layer.Values, layer.Keys.Rows, k.Columns, ActivationType);
        if (angles is { } a)
            Check.Shape(a, pass.TokenCount, Math.Min(a.Columns, headDim), DataType.Float32);
        Check.Slots(pass.Slots, layer.Keys.Rows);
        _rope.Store(Begun(pass), q, k, v, headDim, angles, style, layer);
    }

    public void Attention(Pass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output)
    {
        Check.Shape(q, pass.TokenCount, shape.Heads * shape.HeadDim, ActivationType);
        Check.Shape(output, pass.TokenCount, shape.Heads * shape.HeadDim, ActivationType);
        Check.Shape(layer.Keys, layer.Values.Rows, shape.KvHeads * shape.HeadDim, ActivationType);
        Check.Shape(layer.Values, layer.Keys.Rows, shape.KvHeads * shape.HeadDim, ActivationType);
        _attention.Run(Begun(pass), q, layer, shape, output);
    }

    public void GatedActivation(Tensor gateUp, Activation activation, Tensor output)
    {
        Check.Shape(gateUp, output.Rows, 2 * output.Columns, ActivationType);
        Check.Shape(output, gateUp.Rows, gateUp.Columns / 2, ActivationType);
        _elementwise.Gated(gateUp, activation, output);
    }

    public void GatedLinear(
        Tensor x, Weight weight, Weight? bias, Activation activation, Tensor product, Tensor output)
    {
        Tensor matrix = Check.Single(weight, 2 * output.Columns, x.Columns);
        Check.Shape(x, output.Rows, weight.Columns, ActivationType);
        Check.Shape(product, x.Rows, weight.Rows, ActivationType);
        Check.Shape(output, x.Rows, weight.Rows / 2, ActivationType);
        Tensor? vector = bias is null ? null : Check.Single(bias, 1, weight.Rows);
        if (_batchInvariant is null && _linear.TryRunGated(x, matrix, vector, activation, product, output))
            return;
        Linear(x, weight, bias, product);
        GatedActivation(product, activation, output);
    }

    public void GatherRows(Tensor x, ReadOnlySpan<int> rows, Tensor output)
    {
        Check.Shape(x, x.Rows, output.Columns, ActivationType);
        Check.Shape(output, rows.Length, x.Columns, ActivationType);
        Check.Indices(rows, x.Rows);
        nint indices = _uploads.Add(rows);
        _uploads.Flush();
        _elementwise.Gather(x, indices, 0, 1, output);
    }

    public void SoftCap(Tensor x, float cap)
    {
        Check.Shape(x, x.Rows, x.Columns, ActivationType);
        _elementwise.SoftCap(x, cap);
    }

    public Func<SampledToken[]> Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows)
    {
        Check.Shape(logits, rows.Length, logits.Columns, ActivationType);
        return rows.Length > 0 ? _sample.Run(logits, rows) : () => [];
    }

    public Func<SampledToken[]> Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top)
    {
        Check.Shape(logits, tokens.Length, logits.Columns, ActivationType);
        Check.Indices(tokens, logits.Columns);
        return tokens.Length > 0 ? _sample.Logprobs(logits, tokens, top) : () => [];
    }

    private DevicePass Begun(Pass pass) => ReferenceEquals(_pass?.Pass, pass)
        ? _pass
        : throw new InvalidOperationException("This pass was not the last that Begin was called with.");

    private static int Runs(Tensor x, Weight weight) => x.Columns % weight.Columns == 0
        ? x.Columns / weight.Columns
        : throw new ArgumentException(
            $"x has {x.Columns} columns; expected a multiple of the weight's {weight.Columns}.", nameof(x));
}
