using System.Text.RegularExpressions;
using Sgl.Cuda;
using Sgl.Engine;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Hosting;

/// <summary>Loads what the options name into an engine in this process and the text side beside it.</summary>
internal static partial class ModelLoader
{
    /// <param name="log">Gets the engine's lines.</param>
    /// <param name="progress">Told (bytes read, bytes in all) while weights are read.</param>
    /// <exception cref="UserErrorException">A folder or file is missing, broken, or of a kind that is not
    /// known.</exception>
    public static (ServedModel Served, InferenceEngine Engine) Load(
        GatewayOptions options, Action<string> log, Action<long, long> progress)
    {
        Func<IInferenceBackend, ServedModel> text = LoadText(options);
        InferenceEngine engine = LoadEngine(options, log, progress);
        return (text(engine), engine);
    }

    /// <summary>Loads the text side alone.</summary>
    /// <returns>Puts it beside a backend.</returns>
    /// <exception cref="UserErrorException">A folder or file is missing or broken.</exception>
    public static Func<IInferenceBackend, ServedModel> LoadText(GatewayOptions options)
    {
        string folder = options.Engine.ModelPath;
        CheckFolder("--model-path", folder, "config.json", "expected a Hugging Face model folder with it");
        string tokenizerFolder = options.TokenizerPath ?? folder;
        string flag = options.TokenizerPath is null ? "--model-path" : "--tokenizer-path";
        if (Tokenizer.FileIn(tokenizerFolder) is null)
            CheckFolder(flag, tokenizerFolder, "tokenizer.json", "name a folder that has one by --tokenizer-path");

        Tokenizer tokenizer = Tokenizer.Load(tokenizerFolder);
        ChatTemplate? template = ChatTemplate.Load(tokenizerFolder, options.ChatTemplate);
        SamplingDefaults defaults = options.SamplingDefaults == "model" ? SamplingDefaults.OfModel(folder) : new();
        return backend => new ServedModel
        {
            Backend = backend,
            Tokenizer = tokenizer,
            Template = template,
            Options = options,
            SamplingDefaults = defaults,
        };
    }

    /// <summary>Loads the engine alone.</summary>
    /// <param name="device">Which GPU, for who has several engines.</param>
    /// <exception cref="UserErrorException">The model cannot be loaded, or does not fit.</exception>
    public static InferenceEngine LoadEngine(
        GatewayOptions options, Action<string> log, Action<long, long> progress, int device = 0)
    {
        if (options.EnableTorchCompile)
            log("--enable-torch-compile changes nothing: there is no torch, and kernels are fused as they are.");
        try
        {
            Func<ModelConfig, IOps>? openDevice = Devices.Choose(options, log, device);
            if (options.Engine.DeterministicInference && openDevice is null)
                log("--enable-deterministic-inference changes nothing: the CPU keeps its promise anyway.");
            EngineOptions engine = options.Engine with
            {
                ModelName = options.ModelName,
                TokenizerPath = options.TokenizerPath,
            };
            return InferenceEngine.Load(engine, log, progress, openDevice);
        }
        catch (CudaException error)
        {
            throw new UserErrorException(
                $"--device {options.Device}: {error.Message}. --device cpu does without the GPU.", error);
        }
    }

    private static void CheckFolder(string flag, string folder, string file, string remedy)
    {
        if (File.Exists(Path.Combine(folder, file)))
            return;
        if (Directory.Exists(folder))
            throw new UserErrorException($"{flag} '{folder}': the folder has no {file}; {remedy}.");
        throw new UserErrorException(HubId().IsMatch(folder)
            ? $"{flag} '{folder}': no such folder. It looks like a Hugging Face id, and this build does not download; "
                + "download the model and give its local folder."
            : $"{flag} '{folder}': no such folder; expected a Hugging Face model folder with {file}.");
    }

    [GeneratedRegex(@"^[\w.-]+/[\w.-]+$")]
    private static partial Regex HubId();
}
