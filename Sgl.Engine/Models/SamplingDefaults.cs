namespace Sgl.Engine.Models;

/// <summary>
/// What generation_config.json proposes for requests that leave a parameter out; null where it says nothing.
/// </summary>
/// <param name="TopK">As in the file: 0 or -1 may stand for all.</param>
public sealed record SamplingDefaults(
    float? Temperature = null,
    float? TopP = null,
    int? TopK = null,
    float? MinP = null,
    float? RepetitionPenalty = null);
