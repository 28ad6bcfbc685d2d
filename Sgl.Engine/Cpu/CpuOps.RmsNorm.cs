using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void RmsNorm(Tensor x, Weight weight, float epsilon, float offset, Tensor output)
    {
        CheckRuns(x, weight, nameof(x));
        Check.Shape(output, x.Rows, x.Columns);
        RmsNormReference(x, weight, epsilon, offset, output);
    }

    public void AddRmsNorm(Tensor residual, Tensor x, Weight weight, float epsilon, float offset, Tensor output)
    {
        Check.Shape(residual, x.Rows, weight.Columns);
        Check.Shape(x, residual.Rows, weight.Columns);
        Check.Shape(output, residual.Rows, weight.Columns);
        AddReference(residual, x);
        RmsNormReference(residual, weight, epsilon, offset, output);
    }

    internal static void RmsNormReference(Tensor x, Weight weight, float epsilon, float offset, Tensor output)
    {
        int n = weight.Columns;
        for (int r = 0; r < x.Rows; r++)
        {
            for (int start = 0; start < x.Columns; start += n)
            {
                double squares = 0;
                foreach (float e in x.Row(r).Slice(start, n))
                    squares += (double)e * e;
                double factor = 1 / Math.Sqrt(squares / n + epsilon);
                for (int c = 0; c < n; c++)
                    output.Row(r)[start + c] = (float)(x.Row(r)[start + c] * factor * (weight.Get(0, c) + offset));
            }
        }
    }

    private static void CheckRuns(Tensor x, Weight weight, string name)
    {
        if (x.Columns % weight.Columns != 0 || weight.Rows != 1)
        {
            throw new ArgumentException(
                $"{name} has {x.Columns} columns, no multiple of the weight's: [{weight.Rows}, {weight.Columns}].",
                name);
        }

        Check.Shape(x, x.Rows, x.Columns);
    }
}
