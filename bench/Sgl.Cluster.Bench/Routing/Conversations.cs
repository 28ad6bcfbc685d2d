using Sgl.Engine.Cache;
using Sgl.Grains.Routing;

namespace Sgl.Cluster.Bench.Routing;

/// <summary>
/// Conversations of several turns over simulated replicas: how many prompt tokens a policy finds cached, and how many
/// one cache without end, that everyone shares, would have had.
/// </summary>
internal sealed class Conversations
{
    private const int Vocabulary = 128_000;
    private const double ReportSeconds = 0.25;

    private readonly VirtualTime _time = new();
    private readonly Random _random;
    private readonly Router _router;
    private readonly SimulatedReplica[] _replicas;
    private readonly HashSet<ulong> _ideal = [];
    private readonly int[][] _systemPrompts;
    private int _open;

    /// <param name="poolTokens">Of each replica's cache.</param>
    public Conversations(string policy, int replicas, int poolTokens, int seed)
    {
        _random = new Random(seed);
        _router = new Router(RoutingPolicies.Create(policy), _time);
        _replicas = [.. Enumerable.Range(0, replicas).Select(i => new SimulatedReplica(
            $"{i}", _router, _time, poolTokens / PrefixBlocks.Size))];
        _systemPrompts = [.. Enumerable.Range(0, 4).Select(_ => Tokens(200))];
    }

    public long PromptTokens { get; private set; }

    public long IdealTokens { get; private set; }

    public long CachedTokens => _replicas.Sum(replica => replica.CachedTokens);

    /// <summary>Virtual seconds until the last answer was there.</summary>
    public double Seconds { get; private set; }

    public void Run(int conversations, int turns)
    {
        foreach (SimulatedReplica replica in _replicas)
            replica.Start();
        _open = conversations;
        for (int i = 0; i < conversations; i++)
        {
            int[] system = _systemPrompts[_random.Next(_systemPrompts.Length)];
            _time.After(2 * _random.NextDouble(), () => Turn(system, turns));
        }
        ReportAll();
        _time.Run();
    }

    /// <summary>A message of the user, the answer, and a while later the next turn with both before it.</summary>
    private void Turn(int[] history, int turns)
    {
        int[] prompt = [.. history, .. Tokens(_random.Next(20, 150))];
        int[] whole = [.. prompt, .. Tokens(_random.Next(20, 200))];
        ulong[] blocks = PrefixBlocks.Of(0, prompt);
        PromptTokens += prompt.Length;
        IdealTokens += Math.Min(blocks.TakeWhile(_ideal.Contains).Count() * PrefixBlocks.Size, prompt.Length - 1);
        _ideal.UnionWith(PrefixBlocks.Of(0, whole));

        RouteLease lease = _router.Route(blocks, prompt.Length)!;
        double thinks = 2 * _random.NextDouble();
        _replicas.Single(replica => replica.Id == lease.ReplicaId).Submit(whole, prompt.Length, lease, () =>
        {
            Seconds = _time.Now;
            if (turns > 1)
                _time.After(thinks, () => Turn(whole, turns - 1));
            else
                _open--;
        });
    }

    private void ReportAll()
    {
        foreach (SimulatedReplica replica in _replicas)
            replica.Report();
        if (_open > 0)
            _time.After(ReportSeconds, ReportAll);
    }

    private int[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(_ => _random.Next(Vocabulary))];
}
