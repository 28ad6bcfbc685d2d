using Sgl.Engine.Execution;

namespace Sgl.Engine.Layers;

/// <summary>A row of the table for each token, times a factor.</summary>
/// <param name="table">[vocabulary, hidden].</param>
public sealed class Embedding(Weight table, float scale = 1)
{
    /// <returns>[T, hidden]: the beginning of the residual stream.</returns>
    public Tensor Forward(Workspace work)
    {
        Tensor output = work.Buffer("residual", table.Columns);
        work.Ops.Embed(work.Pass, table, scale, output);
        return output;
    }
}
