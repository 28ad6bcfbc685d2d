using Sgl.Cuda.Compilation;
using Sgl.Cuda.Interop;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>
/// Products with weights: cuBLASLt, or the own kernel for few rows. What is fastest for a shape is measured when the
/// shape
/// is first seen, and remembered; row counts above <see cref="MeasuredRows"/> share one measurement for an eighth of an
/// octave.
/// </summary>
internal sealed class Linear : IDisposable
{
    /// <summary>Up to here every row count is measured by itself.</summary>
    private const int MeasuredRows = 32;

    private const long WorkspaceBytes = 32 << 20;
    private const int Repeats = 4;

    /// <summary>More than any second-level cache holds.</summary>
    private const long CacheBytes = 160 << 20;

    /// <summary>Above it a product is bound by arithmetic.</summary>
    private const int CacheRows = 512;

    private const int MostPlans = 4096;

    private readonly CudaContext _context;
    private readonly DataType _type;
    private readonly MatrixVector _matrixVector;
    private readonly nint _cublas;
    private readonly nint _workspace;
    private readonly CudaEvent _start;
    private readonly CudaEvent _end;
    private readonly Dictionary<MatrixPlan.Shape, MatrixPlan> _plans = [];
    private readonly Dictionary<MatrixPlan.Shape, int> _choices = [];

    public Linear(CudaContext context, KernelLibrary library, DataType type)
    {
        _context = context;
        _type = type;
        _matrixVector = new MatrixVector(library);
        _start = new CudaEvent(context);
        _end = new CudaEvent(context);
        CublasLt.Check(CublasLt.Create(out _cublas));
        _workspace = context.Allocate(WorkspaceBytes);
    }

    /// <param name="bias">[1, outputs] or null.</param>
    public void Run(Tensor x, Tensor weight, Tensor? bias, Tensor output)
    {
        if (x.Rows == 0)
            return;
        MatrixPlan.Operands operands = new(x.Address, weight.Address, bias?.Address ?? 0, output.Address);
        MatrixPlan plan = PlanOf(x, weight, operands, output);
        if (plan.PrefersOwnKernel)
            _matrixVector.Run(x, weight, operands.Bias, null, output);
        else
            plan.Run(plan.Chosen, operands, _workspace, _context.Stream);
    }

    /// <summary>
    /// output = activation(gate) * up in one kernel, where that is faster: the gates are the product's first half.
    /// </summary>
    /// <param name="product">Measuring may write to it.</param>
    /// <returns>False when nothing was done.</returns>
    public bool TryRunGated(
        Tensor x, Tensor weight, Tensor? bias, Activation activation, Tensor product, Tensor output)
    {
        if (x.Rows == 0 || !MatrixVector.Handles(x, weight))
            return false;
        MatrixPlan.Operands operands = new(x.Address, weight.Address, bias?.Address ?? 0, product.Address);
        if (!PlanOf(x, weight, operands, product).PrefersOwnKernel)
            return false;
        _matrixVector.Run(x, weight, operands.Bias, activation, output);
        return true;
    }

    /// <summary>The row count that stands for this one in measurements.</summary>
    internal static int Bucket(int rows)
    {
        if (rows <= MeasuredRows)
            return rows;
        int step = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows) / 16;
        return (rows + step - 1) / step * step;
    }

    /// <summary>The largest power of two, at most 16, that divides all the addresses that were or-ed.</summary>
    internal static int Alignment(nint addresses) => (int)Math.Min(16, addresses & -addresses);

    public void Dispose()
    {
        Forget();
        CublasLt.Check(CublasLt.Destroy(_cublas));
        _context.Free(_workspace);
        _start.Dispose();
        _end.Dispose();
    }

    private MatrixPlan PlanOf(Tensor x, Tensor weight, MatrixPlan.Operands operands, Tensor output)
    {
        MatrixPlan.Shape shape = new(
            x.Rows, x.Columns, output.Columns, x.Stride, weight.Stride, output.Stride, operands.Bias != 0,
            Alignment(operands.X | operands.Weight | operands.Bias | operands.Output));
        if (_plans.TryGetValue(shape, out MatrixPlan? plan))
            return plan;
        ForgetWhenFull();
        plan = new MatrixPlan(_cublas, shape, _type, WorkspaceBytes);
        Choose(plan, shape, operands, x, weight, output);
        return _plans[shape] = plan;
    }

    private void Choose(
        MatrixPlan plan, MatrixPlan.Shape shape, MatrixPlan.Operands operands, Tensor x, Tensor weight, Tensor output)
    {
        MatrixPlan.Shape bucket = shape with { Rows = Bucket(shape.Rows) };
        bool ownKernel = MatrixVector.Handles(x, weight);
        if (!_choices.TryGetValue(bucket, out int choice))
            _choices[bucket] = choice = Fastest(plan, operands, x, weight, output, ownKernel);
        plan.PrefersOwnKernel = ownKernel && choice >= plan.Candidates.Count;
        plan.Chosen = plan.Candidates[Math.Min(choice, plan.Candidates.Count - 1)];
    }

    /// <summary>Every candidate writes the same product, so measuring does no harm to the output.</summary>
    /// <returns>Index of a candidate; their number stands for the own kernel.</returns>
    private int Fastest(
        MatrixPlan plan, MatrixPlan.Operands operands, Tensor x, Tensor weight, Tensor output, bool ownKernel)
    {
        nint other = x.Rows <= CacheRows ? _context.Allocate(CacheBytes) : 0;
        try
        {
            List<float> times = [.. plan.Candidates.Select(algorithm =>
                Measure(() => plan.Run(algorithm, operands, _workspace, _context.Stream), other))];
            if (ownKernel)
                times.Add(Measure(() => _matrixVector.Run(x, weight, operands.Bias, null, output), other));
            return times.IndexOf(times.Min());
        }
        finally
        {
            if (other != 0)
                _context.FreeUnrecorded(other);
        }
    }

    /// <summary>
    /// Best of some runs, in milliseconds. Few rows read weights that in real steps no cache holds, so something else
    /// goes
    /// through the cache before each run.
    /// </summary>
    private float Measure(Action run, nint other)
    {
        run();
        float best = float.PositiveInfinity;
        for (int i = 0; i < Repeats; i++)
        {
            if (other != 0)
                _context.Zero(other, CacheBytes);
            _start.Record();
            run();
            _end.Record();
            _end.Synchronize();
            best = Math.Min(best, _end.MillisecondsSince(_start));
        }
        return best;
    }

    private void ForgetWhenFull()
    {
        if (_plans.Count >= MostPlans)
            Forget();
    }

    private void Forget()
    {
        _context.Synchronize();
        foreach (MatrixPlan plan in _plans.Values)
            plan.Dispose();
        _plans.Clear();
    }
}
