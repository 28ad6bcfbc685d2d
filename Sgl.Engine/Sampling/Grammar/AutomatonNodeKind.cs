namespace Sgl.Engine.Sampling.Grammar;

internal enum AutomatonNodeKind
{
    Byte,
    Call,
    Fork,

    /// <summary>The end of a rule.</summary>
    End,
}
