using Sgl.Bench.CommandLine;
using Sgl.Engine.Requests;

namespace Sgl.Bench;

/// <summary>
/// --model-path: a folder, or the name of a config.json that lies beside the program, for --load-format dummy.
/// </summary>
internal static class ModelFolder
{
    private static readonly string _configs = Path.Combine(AppContext.BaseDirectory, "Models");

    public static Flag[] Flags { get; } =
    [
        new("--model-path", "PATH", null, "a model folder, or llama-3-8b with dummy weights; else the embedded model"),
        new("--load-format", "FORMAT", "auto", "auto, safetensors, or dummy for random weights"),
    ];

    /// <exception cref="UserErrorException">There is none.</exception>
    public static string Of(FlagValues flags)
    {
        if (flags.TextOrNull("--model-path") is not { } path)
            return EmbeddedModel.Folder();
        if (Directory.Exists(path))
            return path;
        string named = Path.Combine(_configs, path);
        if (Directory.Exists(named))
            return named;
        IEnumerable<string?> names = Directory.GetDirectories(_configs).Select(Path.GetFileName).Order();
        throw new UserErrorException(
            $"--model-path '{path}': expected a model folder, or one of {string.Join(", ", names)}.");
    }

    public static LoadFormat Format(FlagValues flags) =>
        Enum.Parse<LoadFormat>(flags.Choice("--load-format", "auto", "safetensors", "dummy"), ignoreCase: true);
}
