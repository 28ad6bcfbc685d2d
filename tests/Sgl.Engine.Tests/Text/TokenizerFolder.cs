using System.Text.Json.Nodes;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text;

/// <summary>A temporary folder with a tokenizer.json made for a test.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    private TokenizerFolder(string content)
    {
        Path = Directory.CreateTempSubdirectory("sgl-tokenizer-").FullName;
        File.WriteAllText(System.IO.Path.Combine(Path, "tokenizer.json"), content);
    }

    public string Path { get; }

    public static TokenizerFolder Of(string content) => new(content);

    /// <summary>The embedded model's tokenizer with other parts in the place of its own.</summary>
    public static TokenizerFolder OfTiny(JsonObject overrides)
    {
        var own = File.ReadAllText(System.IO.Path.Combine(Repository.TinyModel, "tokenizer.json"));
        var tokenizer = JsonNode.Parse(own)!.AsObject();
        foreach (var (name, part) in overrides) tokenizer[name] = part?.DeepClone();
        return new TokenizerFolder(tokenizer.ToJsonString());
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
