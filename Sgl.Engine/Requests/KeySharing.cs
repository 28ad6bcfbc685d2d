namespace Sgl.Engine.Requests;

/// <summary>Which requests can share cached keys: those whose prompts lie in the same space.</summary>
/// <param name="Common">Prompts up to this length, in tokens, share one space.</param>
/// <param name="LongOnesShare">Longer ones share another; else only those of one length share.</param>
public sealed record KeySharing(int Common, bool LongOnesShare)
{
    /// <summary>A token's keys depend on the tokens up to it alone.</summary>
    public static KeySharing All { get; } = new(int.MaxValue, true);

    /// <summary>A token's keys depend on the length of its prompt, too.</summary>
    public bool DependsOnLength => Common < int.MaxValue;

    /// <summary>The number of the space of a prompt of this length.</summary>
    public int SpaceOf(int promptLength) =>
        promptLength <= Common ? 0 : LongOnesShare ? checked(Common + 1) : promptLength;
}
