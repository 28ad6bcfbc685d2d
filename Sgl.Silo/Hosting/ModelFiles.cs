using Sgl.Engine;
using Sgl.Engine.Requests;
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

    /// <summary>Numbers the engines of the silo, which tells their metrics apart.</summary>
    private static Func<IInferenceBackend> Loader(GatewayOptions options, ILogger log)
    {
        int last = -1;
        return () => ModelLoader.LoadEngine(
            options with { Engine = options.Engine with { Rank = Interlocked.Increment(ref last) } },
            line => log.LogInformation("{Line}", line), new LoadingProgress().Report);
    }

    private static Dictionary<string, byte[]> Read(GatewayOptions options)
    {
        string?[] folders = [options.Engine.ModelPath, options.TokenizerPath];
        Dictionary<string, byte[]> files = [];
        foreach (string folder in folders.OfType<string>())
            foreach (string name in _names.Where(name => File.Exists(Path.Combine(folder, name))))
                files[name] = File.ReadAllBytes(Path.Combine(folder, name));
        return files;
    }
}
