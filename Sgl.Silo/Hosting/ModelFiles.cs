using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Hosting;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Replicas;
using Sgl.Silo.Flags;

namespace Sgl.Silo.Hosting;

/// <summary>What a silo with devices offers of its model.</summary>
internal static class ModelFiles
{
    /// <summary>What a gateway reads of a model folder.</summary>
    private static readonly string[] _names =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer.model", "qwen.tiktoken",
        "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja", "chat_template.json",
    ];

    public static ReplicaOffer Offer(SiloOptions options, ModelInfo model, ILogger log) => new()
    {
        Model = options.Gateway.ModelName,
        Slots = options.Replicas,
        Load = Loader(options.Gateway, log),
        Description = new ModelDescription
        {
            Path = model.Path,
            Architecture = model.Architecture,
            ModelType = model.ModelType,
            VocabularySize = model.VocabularySize,
            ContextLength = model.ContextLength,
            MaxRequestTokens = model.MaxRequestTokens,
            EndTokens = [.. model.EndTokens],
            TextFiles = Read(options.Gateway),
            Scaling = options.Scaling,
        },
    };

    /// <summary>The engine of a slot has a GPU of its own, where there are so many; its metrics bear the slot's
    /// number.</summary>
    private static Func<int, IInferenceBackend> Loader(GatewayOptions options, ILogger log) =>
        slot => ModelLoader.LoadEngine(
            options with { Engine = options.Engine with { Rank = slot } },
            line => log.LogInformation("{Line}", line), new LoadingProgress().Report, slot);

    /// <summary>What a gateway reads of a model folder; the tokenizer's own folder, where there is one, counts
    /// more.</summary>
    private static Dictionary<string, byte[]> Read(GatewayOptions options)
    {
        Dictionary<string, byte[]> files = [];
        foreach (string folder in new[] { options.Engine.ModelPath, options.TokenizerPath }.OfType<string>())
        {
            string?[] paths = [Tokenizer.FileIn(folder), .. _names.Select(name => Path.Combine(folder, name))];
            foreach (string path in paths.OfType<string>().Where(File.Exists))
                files[Path.GetFileName(path)] = File.ReadAllBytes(path);
        }

        return files;
    }
}
