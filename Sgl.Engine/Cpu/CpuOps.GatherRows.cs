using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void GatherRows(Tensor x, ReadOnlySpan<int> rows, Tensor output)
    {
        Check.Shape(x, x.Rows, output.Columns);
        Check.Shape(output, rows.Length, x.Columns);
        for (int i = 0; i < rows.Length; i++)
            x.Row(rows[i]).CopyTo(output.Row(i));
    }
}
