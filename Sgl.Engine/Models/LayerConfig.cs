namespace Sgl.Engine.Models;

/// <summary>What may differ from one layer of a model to the next.</summary>
/// <param name="Window">A query sees this many keys, its own included; 0 sees all.</param>
public sealed record LayerConfig(int Window, RopeConfig Rope);
