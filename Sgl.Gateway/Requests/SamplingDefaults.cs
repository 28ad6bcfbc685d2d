using System.Text.Json;
using Sgl.Engine.Requests;

namespace Sgl.Gateway.Requests;

/// <summary>What a request's sampling parameters are when it leaves them out. An unset TopK is -1.</summary>
public sealed record SamplingDefaults
{
    public float Temperature { get; init; } = 1;

    public float TopP { get; init; } = 1;

    public int TopK { get; init; } = -1;

    public float MinP { get; init; }

    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>
    /// The values that a model folder's generation_config.json gives; what it does not give stays as it is here.
    /// </summary>
    /// <exception cref="UserErrorException">The file is no JSON object, or a value is out of range.</exception>
    public static SamplingDefaults OfModel(string folder)
    {
        string path = Path.Combine(folder, "generation_config.json");
        SamplingDefaults defaults = new();
        if (!File.Exists(path))
            return defaults;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            JsonFields fields = new(document.RootElement);
            int topK = fields.Int("top_k") ?? defaults.TopK;
            return new SamplingDefaults
            {
                Temperature = SamplingRanges.Temperature(fields) ?? defaults.Temperature,
                TopP = SamplingRanges.TopP(fields) ?? defaults.TopP,
                // Hugging Face writes 0 for "all".
                TopK = topK == 0 ? -1 : topK,
                MinP = SamplingRanges.MinP(fields) ?? defaults.MinP,
                RepetitionPenalty = SamplingRanges.RepetitionPenalty(fields) ?? defaults.RepetitionPenalty,
            };
        }
        catch (Exception error) when (error is JsonException or RequestException or IOException
            or UnauthorizedAccessException)
        {
            throw new UserErrorException(
                $"{path}: {error.Message} Mend the file, or use --sampling-defaults openai.", error);
        }
    }
}
