namespace Sgl.Gateway.Hosting;

/// <summary>An ActivitySource whose spans are exported; a program registers those that it adds.</summary>
internal sealed record TraceSource(string Name);
