using Sgl.Engine;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Cuda.Parity;

/// <summary>
/// --enable-deterministic-inference through the engine: seeded requests at temperature 1 get the tokens they get alone
/// in a crowd, in chunks, behind a cached prefix and after retractions. Without the switch it is only counted.
/// </summary>
internal static class DeterministicChecks
{
    private const int Known = 20;
    private const int Crowd = 64;
    private const int NewTokens = 48;

    private const string LlamaConfig = """
        {"architectures":["LlamaForCausalLM"],"model_type":"llama","vocab_size":32000,"hidden_size":4096,
         "intermediate_size":14336,"num_hidden_layers":4,"num_attention_heads":32,"num_key_value_heads":8,
         "max_position_embeddings":8192,"rms_norm_eps":1e-5,"rope_theta":500000.0,"hidden_act":"silu",
         "torch_dtype":"bfloat16","bos_token_id":1,"eos_token_id":2,"tie_word_embeddings":false}
        """;

    /// <param name="open">Opens the device; told whether it is to be deterministic.</param>
    /// <param name="tinyModel">The folder of sgl-tiny.</param>
    public static async Task RunAsync(Func<bool, IOps> open, string tinyModel, Report report)
    {
        DirectoryInfo llama = Directory.CreateTempSubdirectory("sgl-deterministic");
        await File.WriteAllTextAsync(Path.Combine(llama.FullName, "config.json"), LlamaConfig);
        EngineOptions tiny = new() { ModelPath = tinyModel, MaxTotalTokens = 40_000, MaxRunningRequests = Crowd };
        EngineOptions dummy = tiny with { ModelPath = llama.FullName, LoadFormat = LoadFormat.Dummy };
        (string, EngineOptions)[] models = [("sgl-tiny", tiny), ("8B-like", dummy)];
        foreach ((string name, EngineOptions options) in models)
        {
            foreach (bool deterministic in (bool[])[true, false])
                await RunAsync(name, options, deterministic, _ => open(deterministic), report);
        }
        llama.Delete(recursive: true);
    }

    private static async Task RunAsync(
        string name, EngineOptions options, bool deterministic, Func<ModelConfig, IOps> open, Report report)
    {
        int[][] alone, cached;
        await using (InferenceEngine engine = InferenceEngine.Load(options, openDevice: open))
        {
            alone = [.. await OneByOneAsync(engine)];
            cached = [.. await OneByOneAsync(engine)];
        }
        Count("behind a cached prefix", cached, "");
        EngineOptions chunks = options with { ChunkedPrefillSize = 100 };
        (int[][] crowd, _) = await AllAtOnceAsync(chunks, open, Crowd);
        Count($"among {Crowd} in chunks of 100", crowd, "");
        EngineOptions small = options with { MaxTotalTokens = 3000, MaxNewTokensEstimate = 1 };
        (int[][] retracted, long retractions) = await AllAtOnceAsync(small, open, Known);
        Count("over a small pool", retracted, $", {retractions} retractions");
        if (deterministic)
            report.Check("deterministic, retractions", retractions > 0 ? 0 : 1, 0, name);

        void Count(string how, int[][] tokens, string more)
        {
            int equal = Enumerable.Range(0, Known).Count(i => alone[i].SequenceEqual(tokens[i]));
            string kernels = deterministic ? "deterministic" : "usual kernels";
            report.Measured($"{name}, {kernels}: {equal} of {Known} get the tokens they get alone {how}{more}");
            if (deterministic)
                report.Check($"deterministic, {name}", Known - equal, 0, how);
        }
    }

    private static async Task<List<int[]>> OneByOneAsync(InferenceEngine engine)
    {
        List<int[]> tokens = [];
        for (int i = 0; i < Known; i++)
            tokens.Add(await GenerateAsync(engine, i));
        return tokens;
    }

    private static async Task<(int[][] Tokens, long Retractions)> AllAtOnceAsync(
        EngineOptions options, Func<ModelConfig, IOps> open, int count)
    {
        await using InferenceEngine engine = InferenceEngine.Load(options, openDevice: open);
        int[][] tokens = await Task.WhenAll(Enumerable.Range(0, count).Select(i => GenerateAsync(engine, i)));
        return (tokens, (await engine.GetStatusAsync()).RetractionsTotal);
    }

    private static async Task<int[]> GenerateAsync(InferenceEngine engine, int i)
    {
        Random random = new(i);
        int length = 20 + 17 * i % 700;
        GenerateRequest request = new()
        {
            Id = $"{i}",
            Prompt = (int[])[.. Enumerable.Range(0, length).Select(_ => random.Next(engine.Model.VocabularySize))],
            Seed = (ulong)i,
            Sampling = new SamplingParams { MaxNewTokens = NewTokens, Temperature = 1, IgnoreEos = true },
        };
        List<int> tokens = [];
        await foreach (TokenChunk chunk in engine.GenerateAsync(request))
        {
            if (chunk.Finish?.Message is { } message)
                throw new InvalidOperationException(message);
            tokens.AddRange(chunk.Tokens.Span);
        }
        return [.. tokens];
    }
}
