namespace Sgl.Engine.Sampling.Grammar;

/// <summary>A state of the automaton as it is built.</summary>
/// <param name="Low">Of a byte edge: the least byte it takes.</param>
/// <param name="High">... and the greatest.</param>
/// <param name="Rule">Of a call: which rule.</param>
/// <param name="Target">Where a byte edge or a call goes on.</param>
internal readonly record struct AutomatonNode(AutomatonNodeKind Kind, byte Low, byte High, int Rule, int Target)
{
    private readonly int[]? _forks;

    /// <summary>Of a fork: where it goes on without a byte.</summary>
    public int[] Forks
    {
        get => _forks ?? [];
        init => _forks = value;
    }
}
