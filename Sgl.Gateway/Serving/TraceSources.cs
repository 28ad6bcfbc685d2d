using System.Diagnostics;

namespace Sgl.Gateway.Serving;

/// <summary>Whose spans make up a trace.</summary>
internal static class TraceSources
{
    /// <summary>A span a generation.</summary>
    public static readonly ActivitySource Gateway = new("Sgl.Gateway");
}
