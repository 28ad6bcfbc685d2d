using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void Add(Tensor x, Tensor y)
    {
        Check.Shape(x, y.Rows, y.Columns);
        Check.Shape(y, x.Rows, x.Columns);
        AddReference(x, y);
    }

    internal static void AddReference(Tensor x, Tensor y)
    {
        for (int r = 0; r < x.Rows; r++)
        {
            for (int c = 0; c < x.Columns; c++)
                x.Row(r)[c] += y.Row(r)[c];
        }
    }
}
