namespace Sgl.Engine.Execution;

/// <summary>Which elements of a head rotate together.</summary>
public enum RopeStyle
{
    /// <summary>Element i with i + rotaryDim / 2 (Llama and most others).</summary>
    Halves,

    /// <summary>Element 2i with 2i + 1.</summary>
    Interleaved,
}
