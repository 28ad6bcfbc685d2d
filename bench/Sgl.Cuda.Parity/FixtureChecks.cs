using System.Runtime.InteropServices;
using System.Text.Json;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;

namespace Sgl.Cuda.Parity;

/// <summary>Whole models against the float64 references of tests/Fixtures/models.</summary>
internal static class FixtureChecks
{
    private const double LogitLimit = 2e-2;

    /// <summary>Where the reference's two best logits are nearer than this, either may be the greedy token.</summary>
    private const float TieGap = 0.1f;

    public static void Run(CudaDevice device, string folder, Report report)
    {
        using CudaOps ops = new(device);
        List<string> unknown = [];
        foreach (string path in Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            JsonElement json = JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(path));
            string architecture = json.GetProperty("config").GetProperty("architectures")[0].GetString()!;
            string name = Path.GetFileNameWithoutExtension(path);
            if (!ModelCatalog.Architectures.Contains(architecture))
                unknown.Add(name);
            else
                report.Guard($"model {name}", name, () => Check(ops, json, name, report));
        }
        Console.WriteLine($"not in the catalog: {string.Join(' ', unknown)}");
    }

    private static void Check(CudaOps ops, JsonElement json, string name, Report report)
    {
        using RecipeWeights weights = new(json.GetProperty("tensors"));
        ICausalModel model = ModelCatalog.Build(Config(json.GetProperty("config")), weights, ops);
        foreach (JsonElement row in json.GetProperty("cases").EnumerateArray())
        {
            int[] prompt = Ints(row, "input_ids"), positions = Ints(row, "positions"), greedy = Ints(row, "greedy");
            float[][] expected = [.. row.GetProperty("logits").EnumerateArray().Select(Floats)];
            Sequence sequence = new(ops, model, prompt.Length + greedy.Length, prompt.Length);
            float[][] actual = sequence.Run(prompt);
            double difference = 0, norm = 0;
            foreach ((int position, float[] reference) in positions.Zip(expected))
            {
                difference += reference.Zip(actual[position], (e, a) => (double)(e - a) * (e - a)).Sum();
                norm += reference.Sum(e => (double)e * e);
            }
            report.Check($"model {name}", Math.Sqrt(difference / norm), LogitLimit, $"prompt of {prompt.Length}");
            int wrong = Wrong(sequence, actual[^1], greedy, model);
            report.Check($"model {name}, greedy", wrong, 0, $"prompt of {prompt.Length}");
        }
    }

    /// <summary>Wrong greedy tokens; the reference's tokens go in, so that a tie costs only itself.</summary>
    private static int Wrong(Sequence sequence, float[] last, int[] greedy, ICausalModel model)
    {
        int wrong = 0;
        for (int i = 0; i < greedy.Length && !(model.KeySharing.DependsOnLength && i > 0); i++)
        {
            float[] best = [.. last.OrderDescending().Take(2)];
            int chosen = Array.IndexOf(last, best[0]);
            // The reference's own gap is not in the file: our logits' stands for it, which differs by far less.
            if (chosen != greedy[i] && best[0] - last[greedy[i]] > TieGap)
                wrong++;
            last = sequence.Run([greedy[i]])[0];
        }
        return wrong;
    }

    private static ModelConfig Config(JsonElement config)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("sgl-parity");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "config.json"), config.GetRawText());
            return ModelConfig.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int[] Ints(JsonElement row, string field) =>
        [.. row.GetProperty(field).EnumerateArray().Select(item => item.GetInt32())];

    private static float[] Floats(JsonElement base64) =>
        MemoryMarshal.Cast<byte, float>(base64.GetBytesFromBase64()).ToArray();

    /// <summary>One sequence through a model: pass after pass, over scattered slots.</summary>
    private sealed class Sequence
    {
        private readonly CudaOps _ops;
        private readonly ICausalModel _model;
        private readonly KvLayer[] _cache;
        private readonly int[] _slots;
        private readonly int _promptLength;
        private int _length;

        public Sequence(CudaOps ops, ICausalModel model, int longest, int promptLength)
        {
            (_ops, _model, _promptLength) = (ops, model, promptLength);
            _slots = [.. Enumerable.Range(0, longest + 3)];
            new Random(longest).Shuffle(_slots);
            _cache = KvLayer.AllocateFor(model, ops, _slots.Length);
        }

        /// <returns>The logits after each of the tokens.</returns>
        public float[][] Run(int[] tokens)
        {
            int[] positions = [.. Enumerable.Range(_length, tokens.Length)];
            Pass pass = new()
            {
                Tokens = tokens,
                Positions = positions,
                RopeLengths = [.. positions.Select(position => Math.Max(_promptLength, position + 1))],
                Slots = _slots[_length..(_length + tokens.Length)],
                Sequences = [new PassSequence(0, tokens.Length, _slots.AsMemory(0, _length + tokens.Length))],
            };
            _length += tokens.Length;
            _ops.Begin(pass);
            Tensor logits = _model.Logits(_ops, _model.Forward(_ops, pass, _cache));
            return [.. _ops.Read(logits).Chunk(logits.Columns)];
        }
    }
}
