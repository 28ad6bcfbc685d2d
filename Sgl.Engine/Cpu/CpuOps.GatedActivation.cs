using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void GatedActivation(Tensor gateUp, Activation activation, Tensor output)
    {
        Check.Shape(gateUp, output.Rows, 2 * output.Columns);
        Check.Shape(output, gateUp.Rows, gateUp.Columns / 2);
        GatedActivationReference(gateUp, activation, output);
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
}
