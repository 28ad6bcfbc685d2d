using System.Runtime.CompilerServices;
using Sgl.Engine.Cpu.Simd;
using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void GatedActivation(Tensor gateUp, Activation activation, Tensor output)
    {
        Check.Shape(gateUp, output.Rows, 2 * output.Columns);
        Check.Shape(output, gateUp.Rows, gateUp.Columns / 2);
        _kernels.GatedActivation(gateUp, activation, output);
    }

    internal static void GatedActivationReference(Tensor gateUp, Activation activation, Tensor output)
    {
        int n = output.Columns;
        for (int r = 0; r < output.Rows; r++)
        {
            for (int c = 0; c < n; c++)
                output.Row(r)[c] = (float)(Activate(gateUp.Row(r)[c], activation) * gateUp.Row(r)[n + c]);
        }
    }

    private static double Activate(double x, Activation activation) => activation switch
    {
        Activation.Silu => x / (1 + Math.Exp(-x)),
        Activation.Gelu => x / 2 * (1 + Erf(x / Math.Sqrt(2))),
        Activation.GeluTanh => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Unknown activation."),
    };

    /// <summary>2 / sqrt(pi) * e^(-x²) * sum of x (2x²)^n / (2n + 1)!!, a series whose terms all have one
    /// sign.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
            return Math.Sign(x);
        double term = x;
        double sum = x;
        for (int n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
            sum += term *= 2 * x * x / (2 * n + 1);
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    private abstract partial class Kernels
    {
        public abstract void GatedActivation(Tensor gateUp, Activation activation, Tensor output);
    }

    private sealed partial class Kernels<TSimd, TVector>
    {
        public override void GatedActivation(Tensor gateUp, Activation activation, Tensor output)
        {
            // An activation costs some ten times what an addition does.
            var pieces = new RowPieces(output.Rows, 8 * output.Columns);
            pool.Run(new GatedActivationWork(gateUp, activation, output, pieces), pieces.Count);
        }

        // Compiled once, with all optimizations: an early version without fused multiply-adds would give other bits.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal static void ActivateRow(float* gate, float* up, Activation activation, float* output, int count)
        {
            int c = 0;
            for (; c < Whole(count); c += TSimd.Count)
            {
                TVector activated = Activate(TSimd.Load(gate + c), activation);
                TSimd.Store(TSimd.Multiply(activated, TSimd.Load(up + c)), output + c);
            }

            if (c < count)
                Kernels<Simd1, float>.ActivateRow(gate + c, up + c, activation, output + c, count - c);
        }

        private static TVector Activate(TVector x, Activation activation)
        {
            switch (activation)
            {
                case Activation.Silu:
                    return TSimd.Multiply(x, SimdMath<TSimd, TVector>.Sigmoid(x));
                case Activation.Gelu:
                    return TSimd.Multiply(x, SimdMath<TSimd, TVector>.NormalBelow(x));
                default:
                    // (1 + tanh y) / 2 is the sigmoid of 2y.
                    TVector cubic = TSimd.MultiplyAdd(
                        TSimd.Multiply(x, x), TSimd.Create(2 * 0.0356774081f), TSimd.Create(2 * 0.797884561f));
                    return TSimd.Multiply(x, SimdMath<TSimd, TVector>.Sigmoid(TSimd.Multiply(x, cubic)));
            }
        }

        private readonly struct GatedActivationWork(
            Tensor gateUp, Activation activation, Tensor output, RowPieces pieces) : IWork
        {
            public void Run(int piece)
            {
                for (int r = pieces.Start(piece); r < pieces.End(piece); r++)
                {
                    float* gate = Row(gateUp, r);
                    ActivateRow(gate, gate + output.Columns, activation, Row(output, r), output.Columns);
                }
            }
        }
    }
}
