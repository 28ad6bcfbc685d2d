using Sgl.Engine.Cache;
using Sgl.Engine.Cpu;
using Sgl.Engine.Requests;
using Sgl.Engine.Tests.Engine;
using static Sgl.Engine.Tests.Engine.TestRequest;

namespace Sgl.Engine.Tests.Cache;

/// <summary>Who replays what a watched cache tells has what the cache has.</summary>
public sealed class CacheWatchTests
{
    private const int Capacity = 40 * PrefixBlocks.Size;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ReplayedChangesAreTheTreesContents(int seed)
    {
        Random random = new(seed);
        PrefixCache cache = new(Capacity, sharing: true);
        List<(int Space, int[] Tokens)> known = [];
        List<(KvSlots Kv, int[] Tokens)> held = [];
        int most = 0;
        Replay replay = new();
        replay.Start(cache.Watch(replay.Apply));
        for (int i = 0; i < 600; i++)
        {
            switch (random.Next(100))
            {
                case < 50 when held.Count < 4:
                    held.Add(Hold(cache, known, random));
                    break;
                case < 97 when held.Count > 0:
                    (KvSlots kv, int[] tokens) = held[random.Next(held.Count)];
                    held.RemoveAll(entry => entry.Kv == kv);
                    cache.Release(kv, tokens);
                    break;
                case 98:
                    cache.Clear();
                    break;
                case 99:
                    cache.Reset();
                    held.Clear();
                    break;
            }
            if (random.Next(3) > 0)
                continue;
            cache.TellChanges();
            most = Math.Max(most, replay.Blocks.Count);
            Assert.Equal(Expected(cache, known), replay.Blocks);
            CacheSnapshot snapshot = cache.Watch(replay.Apply);
            Assert.Equal(replay.Number, snapshot.Number);
            Assert.Equal(replay.Blocks, snapshot.Blocks.ToHashSet());
            Assert.Equal(replay.Blocks.Count, snapshot.Blocks.Count);
        }
        Assert.InRange(most, 20, 40);
    }

    [Fact]
    public void WithinAStepTheLastWordCounts()
    {
        PrefixCache cache = new(Capacity, sharing: true);
        List<CacheChange> changes = [];
        cache.Watch(changes.Add);
        int[] tokens = Prompt(2 * PrefixBlocks.Size);
        Cache(cache, tokens);
        cache.Clear();
        Cache(cache, tokens[..PrefixBlocks.Size]);
        cache.TellChanges();
        cache.TellChanges();
        CacheChange change = Assert.Single(changes);
        ulong[] blocks = PrefixBlocks.Of(0, tokens);
        Assert.Equal((1, false), (change.Number, change.Cleared));
        Assert.Equal(blocks[..1], change.Added);
        Assert.Equal(blocks[1..], change.Removed);
    }

    [Fact]
    public void ALaterListenerStartsFromItsOwnSnapshot()
    {
        PrefixCache cache = new(Capacity, sharing: true);
        Cache(cache, Prompt(2 * PrefixBlocks.Size, seed: 1));
        Replay first = new();
        first.Start(cache.Watch(first.Apply));
        Assert.Equal(2, first.Blocks.Count);
        Cache(cache, Prompt(3 * PrefixBlocks.Size, seed: 2));
        Replay second = new();
        second.Start(cache.Watch(second.Apply));
        Assert.Equal((5, 5), (first.Blocks.Count, second.Blocks.Count));
        Cache(cache, Prompt(PrefixBlocks.Size, seed: 3));
        cache.TellChanges();
        Assert.Equal((5, 6), (first.Blocks.Count, second.Blocks.Count));
        Assert.Equal(2, second.Number);
    }

    [Fact]
    public async Task AnEnginesChangesEndInItsCachesContents()
    {
        await using TestEngine test = new(Options with { MaxTotalTokens = 512, ChunkedPrefillSize = 48 });
        Replay replay = new();
        replay.Start(await test.Engine.WatchCacheAsync(replay.Apply));
        Generation[] all = await Task.WhenAll(Enumerable.Range(0, 24).Select(
            i => Generation.OfAsync(test.Engine, Of(Prompt(40 + (5 * i), seed: i % 5), 30))));
        CacheSnapshot end = await test.Engine.WatchCacheAsync(replay.Apply);
        Assert.NotEmpty(end.Blocks);
        Assert.Equal(end.Blocks.ToHashSet(), replay.Blocks);
        Assert.Equal(end.Number, replay.Number);
        Assert.Contains(all, generation => generation.Retractions > 0);
        await test.AssertNothingLeakedAsync();
        Assert.Empty((await test.Engine.WatchCacheAsync(replay.Apply)).Blocks);
        Assert.Empty(replay.Blocks);
    }

    [Fact]
    public async Task AStoppedEngineIsNotWatched()
    {
        InferenceEngine engine = new(Options, new FakeModel(), new CpuOps(threads: 1));
        await engine.DisposeAsync();
        await Assert.ThrowsAsync<EngineStoppedException>(() => engine.WatchCacheAsync(_ => { }).AsTask());
    }

    private static (KvSlots Kv, int[] Tokens) Hold(PrefixCache cache, List<(int, int[])> known, Random random)
    {
        // A few beginnings, cut anywhere: paths that share, split and end within blocks.
        int space = random.Next(2);
        int[] tokens = [.. Prompt(random.Next(1, 200), random.Next(3)), .. Prompt(random.Next(60), random.Next(99))];
        KvSlots kv = new();
        cache.Match(kv, space, tokens);
        int count = Math.Min(tokens.Length - kv.Computed, cache.AvailableTokens);
        cache.Grow(kv, count);
        kv.Computed += count;
        known.Add((space, tokens));
        if (random.Next(2) == 0)
            cache.Share(kv, tokens);
        return (kv, tokens);
    }

    private static void Cache(PrefixCache cache, int[] tokens)
    {
        KvSlots kv = new();
        cache.Match(kv, 0, tokens);
        int count = tokens.Length - kv.Computed;
        cache.Grow(kv, count);
        kv.Computed += count;
        cache.Release(kv, tokens);
    }

    /// <summary>By asking the tree for everything that was ever put there.</summary>
    private static HashSet<ulong> Expected(PrefixCache cache, List<(int Space, int[] Tokens)> known) =>
    [
        .. known.SelectMany(entry => PrefixBlocks.Of(
            entry.Space, entry.Tokens.AsSpan(0, cache.Find(entry.Space, entry.Tokens).Length))),
    ];

    private sealed class Replay
    {
        public HashSet<ulong> Blocks { get; } = [];

        public long Number { get; private set; }

        public void Start(CacheSnapshot snapshot)
        {
            Number = snapshot.Number;
            Blocks.UnionWith(snapshot.Blocks);
        }

        public void Apply(CacheChange change)
        {
            Assert.Equal(Number + 1, change.Number);
            Number = change.Number;
            if (change.Cleared)
                Blocks.Clear();
            Assert.Empty(change.Added.Intersect(change.Removed));
            Blocks.ExceptWith(change.Removed);
            Blocks.UnionWith(change.Added);
        }
    }
}
