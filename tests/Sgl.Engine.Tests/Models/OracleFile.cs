using System.Runtime.InteropServices;
using System.Text.Json;
using Sgl.Engine.Models;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Models;

/// <summary>A reference of tests/Fixtures/models, or of the folder that SGL_ORACLE_DIR names.</summary>
internal sealed class OracleFile(string path)
{
    private readonly JsonElement _json = JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(path));

    /// <summary>Every file there is.</summary>
    public static IReadOnlyList<string> Paths { get; } = [.. Folders().SelectMany(
        folder => Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))];

    public string Architecture => _json.GetProperty("config").GetProperty("architectures")[0].GetString()!;

    public bool IsKnown => ModelCatalog.Architectures.Contains(Architecture);

    public ModelConfig Config => ModelConfigReader.Read(ConfigFields.Of(path, _json.GetProperty("config")));

    public RecipeWeights Weights => new(_json.GetProperty("tensors"));

    public IEnumerable<OracleCase> Cases => _json.GetProperty("cases").EnumerateArray().Select(row => new OracleCase(
        Ints(row, "input_ids"),
        Ints(row, "positions"),
        [.. row.GetProperty("logits").EnumerateArray().Select(Floats)],
        Ints(row, "greedy")));

    private static IEnumerable<string> Folders()
    {
        yield return Repository.Fixtures("models");
        if (Environment.GetEnvironmentVariable("SGL_ORACLE_DIR") is { Length: > 0 } folder)
            yield return folder;
    }

    private static int[] Ints(JsonElement row, string field) =>
        [.. row.GetProperty(field).EnumerateArray().Select(item => item.GetInt32())];

    private static float[] Floats(JsonElement base64) =>
        MemoryMarshal.Cast<byte, float>(base64.GetBytesFromBase64()).ToArray();
}
