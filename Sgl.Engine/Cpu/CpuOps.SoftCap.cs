using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void SoftCap(Tensor x, float cap)
    {
        Check.Shape(x, x.Rows, x.Columns);
        SoftCapReference(x, cap);
    }

    internal static void SoftCapReference(Tensor x, float cap)
    {
        for (int r = 0; r < x.Rows; r++)
        {
            foreach (ref float e in x.Row(r))
                e = (float)(cap * Math.Tanh(e / (double)cap));
        }
    }
}
