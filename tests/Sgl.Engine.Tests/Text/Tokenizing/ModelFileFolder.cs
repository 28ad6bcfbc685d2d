namespace Sgl.Engine.Tests.Text.Tokenizing;

/// <summary>A temporary folder with a tokenizer that is no tokenizer.json.</summary>
internal sealed class ModelFileFolder : IDisposable
{
    /// <param name="config">tokenizer_config.json; null for none.</param>
    public ModelFileFolder(string name, byte[] content, string? config = null)
    {
        File.WriteAllBytes(System.IO.Path.Combine(Path, name), content);
        if (config is not null) File.WriteAllText(System.IO.Path.Combine(Path, "tokenizer_config.json"), config);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("sgl-tokenizer-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
