namespace Sgl.Grains.Routing;

/// <summary>
/// Blocks that a replica will have soon, for a prompt was just sent there; its own word comes later. What it has not
/// confirmed after a while is forgotten.
/// </summary>
internal sealed class RecentBlocks(TimeProvider time)
{
    /// <summary>Much longer than a change takes to get here.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private readonly Dictionary<ulong, int> _uses = [];
    private readonly Queue<(long Added, ulong[] Blocks)> _prompts = [];

    public void Add(ReadOnlySpan<ulong> blocks)
    {
        if (blocks.IsEmpty)
            return;
        Forget();
        foreach (ulong block in blocks)
            _uses[block] = _uses.GetValueOrDefault(block) + 1;
        _prompts.Enqueue((time.GetTimestamp(), blocks.ToArray()));
    }

    public bool Contains(ulong block) => _uses.ContainsKey(block);

    /// <summary>Drops what is too old.</summary>
    public void Forget()
    {
        while (_prompts.TryPeek(out (long Added, ulong[] Blocks) oldest)
            && time.GetElapsedTime(oldest.Added) > Lifetime)
        {
            _prompts.Dequeue();
            foreach (ulong block in oldest.Blocks)
            {
                if (--_uses[block] == 0)
                    _uses.Remove(block);
            }
        }
    }
}
