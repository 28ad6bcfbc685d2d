using Sgl.Engine.Cache;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Routing;

namespace Sgl.Cluster.Bench.Routing;

/// <summary>
/// What a replica does to a router, without a model: it computes one prompt after another and decodes beside that,
/// caches blocks until its pool is full, drops the least recently used ones, and reports all of it a little later.
/// </summary>
internal sealed class SimulatedReplica(string id, Router router, VirtualTime time, int poolBlocks)
{
    private const double PrefillSeconds = 1.0 / 10_000;
    private const double DecodeSeconds = 1.0 / 100;
    private const double NewsSeconds = 0.1;

    private readonly Dictionary<ulong, LinkedListNode<ulong>> _blocks = [];
    private readonly LinkedList<ulong> _byUse = [];
    private readonly Guid _epoch = Guid.NewGuid();
    private double _prefilledAt;
    private long _queuedTokens;
    private int _requests;
    private long _changes;

    public string Id => id;

    public long CachedTokens { get; private set; }

    public void Start()
    {
        Report();
        router.OnSnapshot(id, _epoch, new CacheSnapshot(0, []));
    }

    /// <param name="tokens">Prompt and output.</param>
    /// <param name="ended">Called when the last token is there.</param>
    public void Submit(int[] tokens, int promptTokens, RouteLease lease, Action ended)
    {
        ulong[] blocks = PrefixBlocks.Of(0, tokens);
        _requests++;
        _queuedTokens += promptTokens;
        double waits = Math.Max(0, _prefilledAt - time.Now);
        // What is cached is seen when the prompt's turn comes, and its length decides when the next one's is.
        time.After(waits, () =>
        {
            int cached = Math.Min(Touch(blocks) * PrefixBlocks.Size, promptTokens - 1);
            CachedTokens += cached;
            double prefill = (promptTokens - cached) * PrefillSeconds;
            _prefilledAt = time.Now + prefill;
            time.After(prefill, () =>
            {
                _queuedTokens -= promptTokens;
                lease.Started();
                Store(blocks.AsSpan(0, promptTokens / PrefixBlocks.Size));
            });
            time.After(prefill + ((tokens.Length - promptTokens) * DecodeSeconds), () =>
            {
                _requests--;
                Store(blocks);
                lease.Ended(blocks);
                ended();
            });
        });
        _prefilledAt = time.Now + waits + 1e-9;
    }

    public void Report() => router.OnLoad(id, _epoch, new ReplicaLoad
    {
        State = ReplicaState.Ready,
        RunningRequests = _requests,
        QueuedTokens = _queuedTokens,
        FreeTokens = Math.Max(0, poolBlocks - _blocks.Count) * PrefixBlocks.Size,
    });

    /// <summary>Counts the blocks that are there, and has them used now, the first one last.</summary>
    private int Touch(ReadOnlySpan<ulong> blocks)
    {
        int has = 0;
        while (has < blocks.Length && _blocks.ContainsKey(blocks[has]))
            has++;
        for (int i = has - 1; i >= 0; i--)
        {
            _byUse.Remove(_blocks[blocks[i]]);
            _byUse.AddLast(_blocks[blocks[i]]);
        }
        return has;
    }

    private void Store(ReadOnlySpan<ulong> blocks)
    {
        List<ulong> added = [];
        List<ulong> removed = [];
        for (int i = blocks.Length - 1; i >= 0; i--)
        {
            if (_blocks.Remove(blocks[i], out LinkedListNode<ulong>? known))
                _byUse.Remove(known);
            else
                added.Add(blocks[i]);
            _blocks[blocks[i]] = _byUse.AddLast(blocks[i]);
        }
        while (_blocks.Count > poolBlocks)
        {
            ulong oldest = _byUse.First!.Value;
            _byUse.RemoveFirst();
            _blocks.Remove(oldest);
            removed.Add(oldest);
        }
        CacheChange change = new(++_changes, false, removed, [.. added.Except(removed)]);
        time.After(NewsSeconds, () => router.OnChange(id, _epoch, change));
    }
}
