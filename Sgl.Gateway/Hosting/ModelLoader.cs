using System.Text.Json;
using System.Text.RegularExpressions;
using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Hosting;

/// <summary>Loads what the options name into an engine in this process and the text side beside it.</summary>
internal static partial class ModelLoader
{
    private static readonly string[] _float32 = ["auto", "float", "float32"];

    /// <param name="log">Gets the engine's lines.</param>
    /// <param name="progress">Told (bytes read, bytes in all) while weights are read.</param>
    /// <exception cref="UserErrorException">A folder or file is missing, broken, or of a kind that is not
    /// known.</exception>
    public static (ServedModel Served, InferenceEngine Engine) Load(
        GatewayOptions options, Action<string> log, Action<long, long> progress)
    {
        string folder = options.Engine.ModelPath;
        CheckFolder("--model-path", folder, "config.json");
        string tokenizerFolder = options.TokenizerPath ?? folder;
        CheckFolder(
            options.TokenizerPath is null ? "--model-path" : "--tokenizer-path", tokenizerFolder, "tokenizer.json");
        CheckDType(options);

        Tokenizer tokenizer = Tokenizer.Load(tokenizerFolder);
        ChatTemplate? template = ChatTemplate.Load(tokenizerFolder, options.ChatTemplate);
        SamplingDefaults defaults = options.SamplingDefaults == "model" ? SamplingDefaults.OfModel(folder) : new();
        InferenceEngine engine = InferenceEngine.Load(options.Engine, log, progress);
        return (new ServedModel
        {
            Backend = engine,
            Tokenizer = tokenizer,
            Template = template,
            Options = options,
            SamplingDefaults = defaults,
        }, engine);
    }

    private static void CheckFolder(string flag, string folder, string file)
    {
        if (File.Exists(Path.Combine(folder, file)))
            return;
        if (Directory.Exists(folder))
            throw new UserErrorException(
                $"{flag} '{folder}': the folder has no {file}; expected a Hugging Face model folder with it.");
        throw new UserErrorException(HubId().IsMatch(folder)
            ? $"{flag} '{folder}': no such folder. It looks like a Hugging Face id, and this build does not download; "
                + "download the model and give its local folder."
            : $"{flag} '{folder}': no such folder; expected a Hugging Face model folder with {file}.");
    }

    /// <summary>
    /// The CPU computes in float32 on weights of whatever type the file has, so float32 is always met; another type
    /// only when it is the file's own.
    /// </summary>
    private static void CheckDType(GatewayOptions options)
    {
        if (_float32.Contains(options.DType))
            return;
        string wanted = options.DType == "half" ? "float16" : options.DType;
        string own = OwnDType(Path.Combine(options.Engine.ModelPath, "config.json"));
        if (own != wanted)
            throw new UserErrorException(
                $"--dtype '{options.DType}': the weights are {own}, which the CPU uses as they are; expected auto, "
                + $"float32 or {own}.");
    }

    private static string OwnDType(string configFile)
    {
        try
        {
            using JsonDocument config = JsonDocument.Parse(File.ReadAllText(configFile));
            JsonFields fields = new(config.RootElement);
            return fields.Text("torch_dtype") ?? fields.Text("dtype") ?? "float32";
        }
        catch (Exception error) when (error is JsonException or RequestException)
        {
            throw new UserErrorException($"{configFile}: {error.Message}", error);
        }
    }

    [GeneratedRegex(@"^[\w.-]+/[\w.-]+$")]
    private static partial Regex HubId();
}
