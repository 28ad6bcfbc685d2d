using Sgl.Engine.Execution;

namespace Sgl.Engine.Cpu;

public sealed unsafe partial class CpuOps
{
    public void Embed(Pass pass, Weight table, float scale, Tensor output)
    {
        Check.Shape(output, pass.TokenCount, table.Columns);
        foreach (int token in pass.Tokens)
            Check.Index(token, table.Rows, nameof(token));
        EmbedReference(pass, table, scale, output);
    }

    internal static void EmbedReference(Pass pass, Weight table, float scale, Tensor output)
    {
        for (int t = 0; t < pass.TokenCount; t++)
        {
            for (int c = 0; c < table.Columns; c++)
                output.Row(t)[c] = table.Get(pass.Tokens[t], c) * scale;
        }
    }
}
