using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void Linear(Tensor x, Weight weight, Weight? bias, Tensor output)
    {
        Check.Shape(x, output.Rows, weight.Columns);
        Check.Shape(output, x.Rows, weight.Rows);
        if (bias is not null)
            Check.Shape(bias, 1, weight.Rows);
        LinearReference(x, weight, bias, output);
    }

    internal static void LinearReference(Tensor x, Weight weight, Weight? bias, Tensor output)
    {
        for (int r = 0; r < x.Rows; r++)
        {
            for (int o = 0; o < weight.Rows; o++)
            {
                double sum = 0;
                for (int c = 0; c < weight.Columns; c++)
                    sum += (double)x.Row(r)[c] * weight.Get(o, c);
                output.Row(r)[o] = (float)(sum + (bias?.Get(0, o) ?? 0));
            }
        }
    }
}
