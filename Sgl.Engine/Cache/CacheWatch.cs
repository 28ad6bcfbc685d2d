namespace Sgl.Engine.Cache;

/// <summary>Gathers what happens to the blocks of a radix tree, and tells it once a step.</summary>
internal sealed class CacheWatch
{
    // Present or not: within a step the last word on a block counts.
    private readonly Dictionary<ulong, bool> _blocks = [];
    private bool _cleared;

    /// <summary>Who is told; it must neither block nor throw.</summary>
    public required Action<CacheChange> OnChange { get; set; }

    /// <summary>Of the last change told.</summary>
    public long Number { get; private set; }

    public void Add(ReadOnlySpan<ulong> blocks) => Note(blocks, present: true);

    public void Remove(ReadOnlySpan<ulong> blocks) => Note(blocks, present: false);

    public void Clear()
    {
        _blocks.Clear();
        _cleared = true;
    }

    public void Tell()
    {
        if (_blocks.Count == 0 && !_cleared)
            return;
        OnChange(new CacheChange(++Number, _cleared, BlocksThatAre(present: false), BlocksThatAre(present: true)));
        _blocks.Clear();
        _cleared = false;
    }

    private void Note(ReadOnlySpan<ulong> blocks, bool present)
    {
        foreach (ulong block in blocks)
            _blocks[block] = present;
    }

    private ulong[] BlocksThatAre(bool present) =>
        [.. _blocks.Where(block => block.Value == present).Select(block => block.Key)];
}
