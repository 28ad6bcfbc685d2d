namespace Sgl.Engine.Requests;

public enum LoadFormat
{
    /// <summary>Whatever the folder holds; safetensors today.</summary>
    Auto,

    Safetensors,

    /// <summary>Random weights from config.json alone, for benchmarks.</summary>
    Dummy,
}
