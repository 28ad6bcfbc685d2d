namespace Sgl.Engine.Execution;

public enum Activation
{
    /// <summary>x / (1 + e^-x).</summary>
    Silu,

    /// <summary>x / 2 * (1 + erf(x / sqrt 2)).</summary>
    Gelu,

    /// <summary>x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).</summary>
    GeluTanh,
}
