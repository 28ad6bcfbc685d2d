namespace Sgl.Engine.Sampling.Grammar;

/// <summary>Every limit on grammars, with its number.</summary>
internal static class GrammarLimits
{
    /// <summary>Of a grammar's text, in characters.</summary>
    public const int Text = 256 << 10;

    /// <summary>Groups, or schemas, inside each other.</summary>
    public const int Depth = 100;

    /// <summary>The largest bound of a repetition.</summary>
    public const int Repetition = 10_000;

    public const int Rules = 20_000;

    /// <summary>Of one automaton, over all its rules.</summary>
    public const int AutomatonStates = 200_000;

    /// <summary>Parse states that one grammar remembers; beyond it, it begins anew.</summary>
    public const int ParseStates = 20_000;

    /// <summary>Masks that one grammar remembers: 256 of a vocabulary of 128 k are 4 MB.</summary>
    public const int Masks = 256;

    /// <summary>Bytes of token sets, which masks are made of, that one grammar remembers.</summary>
    public const long TokenSetBytes = 16 << 20;

    /// <summary>Compiled grammars that an engine remembers.</summary>
    public const int Grammars = 32;

    /// <summary>Length of the text that a grammar is tried on when it is compiled.</summary>
    public const int WarmUpTokens = 64;

    /// <summary>Most bytes of text that are told as forced.</summary>
    public const int ForcedBytes = 4096;
}
