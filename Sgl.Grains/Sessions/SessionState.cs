using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Sessions;

/// <summary>What is kept of a session.</summary>
[GenerateSerializer, Alias("sgl.SessionState")]
public sealed class SessionState
{
    /// <summary>The last requests, oldest first.</summary>
    [Id(0)]
    public List<SessionTurn> Turns { get; set; } = [];
}
