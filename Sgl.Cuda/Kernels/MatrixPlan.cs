using Sgl.Cuda.Interop;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>
/// One shape of product described to cuBLASLt, with the algorithms it proposes and the one that was chosen.
/// </summary>
internal sealed unsafe class MatrixPlan : IDisposable
{
    /// <summary>How many proposals are measured.</summary>
    private const int Proposals = 16;

    private readonly nint _cublas;
    private readonly nint _desc;
    private readonly nint _weightLayout;
    private readonly nint _xLayout;
    private readonly nint _outputLayout;
    private readonly nuint _workspaceBytes;

    /// <param name="workspaceBytes">Most that an algorithm may use.</param>
    public MatrixPlan(nint cublas, Shape shape, DataType type, long workspaceBytes)
    {
        _cublas = cublas;
        _workspaceBytes = (nuint)workspaceBytes;
        int cudaType = type == DataType.Float16 ? CublasLt.TypeFloat16 : CublasLt.TypeBFloat16;
        CublasLt.Check(CublasLt.MatmulDescCreate(out _desc, CublasLt.Compute32F, CublasLt.TypeFloat32));
        Set(CublasLt.DescTransA, CublasLt.OperationTranspose);
        if (shape.HasBias)
            Set(CublasLt.DescEpilogue, CublasLt.EpilogueBias);
        // cuBLASLt counts columns first: our weight [out, in] is its [in, out], transposed back by the operation.
        CublasLt.Check(CublasLt.MatrixLayoutCreate(
            out _weightLayout, cudaType, (ulong)shape.Columns, (ulong)shape.Outputs, shape.WeightStride));
        CublasLt.Check(CublasLt.MatrixLayoutCreate(
            out _xLayout, cudaType, (ulong)shape.Columns, (ulong)shape.Rows, shape.XStride));
        CublasLt.Check(CublasLt.MatrixLayoutCreate(
            out _outputLayout, cudaType, (ulong)shape.Outputs, (ulong)shape.Rows, shape.OutputStride));
        Candidates = Propose(shape);
        Chosen = Candidates[0];
    }

    /// <summary>Best guess first.</summary>
    public IReadOnlyList<CublasLt.Algorithm> Candidates { get; }

    public CublasLt.Algorithm Chosen { get; set; }

    /// <summary>Measured to be faster than every candidate.</summary>
    public bool PrefersOwnKernel { get; set; }

    public void Run(CublasLt.Algorithm algorithm, Operands operands, nint workspace, nint stream)
    {
        if (operands.Bias != 0)
        {
            nint bias = operands.Bias;
            CublasLt.Check(CublasLt.MatmulDescSetAttribute(
                _desc, CublasLt.DescBiasPointer, &bias, (nuint)sizeof(nint)));
        }
        float one = 1, zero = 0;
        CublasLt.Check(CublasLt.Matmul(
            _cublas, _desc, &one, operands.Weight, _weightLayout, operands.X, _xLayout, &zero, operands.Output,
            _outputLayout, operands.Output, _outputLayout, &algorithm, workspace, _workspaceBytes, stream));
    }

    public void Dispose()
    {
        CublasLt.Check(CublasLt.MatmulDescDestroy(_desc));
        foreach (nint layout in (ReadOnlySpan<nint>)[_weightLayout, _xLayout, _outputLayout])
            CublasLt.Check(CublasLt.MatrixLayoutDestroy(layout));
    }

    private CublasLt.Algorithm[] Propose(Shape shape)
    {
        CublasLt.Check(CublasLt.MatmulPreferenceCreate(out nint preference));
        try
        {
            nuint workspace = _workspaceBytes;
            CublasLt.Check(CublasLt.MatmulPreferenceSetAttribute(
                preference, CublasLt.PreferenceMaxWorkspaceBytes, &workspace, (nuint)sizeof(nuint)));
            uint alignment = (uint)shape.Alignment;
            for (int operand = 0; operand < 4; operand++)
            {
                CublasLt.Check(CublasLt.MatmulPreferenceSetAttribute(
                    preference, CublasLt.PreferenceMinAlignmentA + operand, &alignment, sizeof(uint)));
            }
            CublasLt.HeuristicResult* results = stackalloc CublasLt.HeuristicResult[Proposals];
            CublasLt.Check(
                CublasLt.MatmulAlgoGetHeuristic(
                    _cublas, _desc, _weightLayout, _xLayout, _outputLayout, _outputLayout, preference, Proposals,
                    results, out int found),
                shape.ToString());
            List<CublasLt.Algorithm> algorithms = [];
            for (int i = 0; i < found; i++)
            {
                if (results[i].State == 0)
                    algorithms.Add(results[i].Algorithm);
            }
            return algorithms.Count > 0
                ? [.. algorithms]
                : throw new CudaException("cublasLtMatmulAlgoGetHeuristic", "no algorithm", 0, shape.ToString());
        }
        finally
        {
            CublasLt.Check(CublasLt.MatmulPreferenceDestroy(preference));
        }
    }

    private void Set(int attribute, int value) =>
        CublasLt.Check(CublasLt.MatmulDescSetAttribute(_desc, attribute, &value, sizeof(int)));

    /// <summary>All that a plan depends on.</summary>
    /// <param name="Alignment">Bytes that divide every operand's address.</param>
    public readonly record struct Shape(
        int Rows,
        int Columns,
        int Outputs,
        int XStride,
        int WeightStride,
        int OutputStride,
        bool HasBias,
        int Alignment);

    /// <summary>Device addresses; Bias may be 0.</summary>
    public readonly record struct Operands(nint X, nint Weight, nint Bias, nint Output);
}
