using Sgl.Engine.Execution;

namespace Sgl.Cuda;

public sealed partial class CudaOps
{
    private readonly Dictionary<int, RecordedPass> _recorded = [];
    private long _recordedAt;

    public bool RunsAhead => true;

    public IReadOnlyList<int> ReplaySizes { get; }

    public Tensor Replay(Pass pass, Func<Tensor> forward)
    {
        // Graphs hold addresses, and whatever moves frees the place where it was.
        if (_recordedAt != _context.FreedCount)
            ForgetRecorded();
        if (!_recorded.TryGetValue(pass.TokenCount, out RecordedPass? recorded)
            || recorded.ContextSlots != Begun(pass).ContextSlots)
        {
            recorded = Record(pass, forward);
        }
        recorded.Graph.Launch();
        return recorded.Output;
    }

    private RecordedPass Record(Pass pass, Func<Tensor> forward)
    {
        // Until nothing moves: what is allocated, compiled and measured the first time cannot be recorded.
        long before;
        do
        {
            before = _context.FreedCount;
            Begin(pass);
            forward();
        }
        while (before != _context.FreedCount);
        ForgetRecorded(pass.TokenCount);
        Begin(pass);
        Tensor output = default;
        CudaGraph graph = CudaGraph.Record(_context, () => output = forward());
        return _recorded[pass.TokenCount] = new RecordedPass(graph, Begun(pass).ContextSlots, output);
    }

    /// <summary>Drops what may use memory that is gone, and what was recorded for a size.</summary>
    private void ForgetRecorded(int size = 0)
    {
        bool moved = _recordedAt != _context.FreedCount;
        foreach (int old in _recorded.Keys.Where(key => moved || key == size).ToArray())
        {
            _recorded[old].Graph.Dispose();
            _recorded.Remove(old);
        }
        _recordedAt = _context.FreedCount;
    }

    /// <param name="ContextSlots">Where the graph reads them, behind the pass's other arrays.</param>
    /// <param name="Output">What the forward pass that was recorded returned.</param>
    private sealed record RecordedPass(CudaGraph Graph, nint ContextSlots, Tensor Output);
}
