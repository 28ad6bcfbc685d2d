namespace Sgl.Grains.Abstractions;

public enum CallFault
{
    /// <summary>The call cannot be served as it is.</summary>
    Invalid,

    /// <summary>Too many wait already, or no replica is ready; later it may be served.</summary>
    Busy,
}
