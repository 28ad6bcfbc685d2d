using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sgl.Bench.CommandLine;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;

namespace Sgl.Bench;

/// <summary>How fast one thread encodes and decodes English text: what of it lies in the checkout.</summary>
internal static class TokenizerBench
{
    private const int Bytes = 10_000_000;
    private const int Runs = 3;

    public static Command Command { get; } = new(
        "tokenizer",
        "how fast one thread encodes and decodes English text",
        [
            new("--tokenizer", "PATH", null, "a folder with tokenizer.json; else Llama 3's, which the tests download"),
            new("--root", "PATH", null, "the checkout; else the current folder"),
        ],
        Run);

    private static Task<int> Run(FlagValues flags, CancellationToken cancellation)
    {
        string root = flags.TextOrNull("--root") ?? Directory.GetCurrentDirectory();
        string folder = flags.TextOrNull("--tokenizer")
            ?? Path.Combine(root, "artifacts", "tokenizers", "llama3-3.7.2");
        Measure(folder, English(root));
        return Task.FromResult(0);
    }

    private static void Measure(string folder, string unit)
    {
        // The first tokenizer is there to have everything compiled; the next one starts with an empty word cache.
        Tokenizer.Load(folder).Encode(unit, addSpecialTokens: true);
        var loading = Stopwatch.StartNew();
        var tokenizer = Tokenizer.Load(folder);
        Report("load", $"{loading.Elapsed.TotalMilliseconds:F0} ms, {tokenizer.VocabularySize} tokens");

        var cold = Stopwatch.StartNew();
        tokenizer.Encode(unit, addSpecialTokens: true);
        Report("encode, cold", Rate(unit, cold.Elapsed));

        var text = new StringBuilder();
        while (text.Length < Bytes) text.Append(unit);
        var whole = text.ToString();
        var ids = Best(() => tokenizer.Encode(whole, addSpecialTokens: true), out var encoding);
        Report("encode, warm", $"{Rate(whole, encoding)}, {ids.Length} tokens");

        Best(() => tokenizer.Decode(ids, skipSpecialTokens: false), out var decoding);
        Report("decode", $"{Rate(whole, decoding)}, {ids.Length / decoding.TotalSeconds / 1e6:F1} M tokens/s");

        Best(() => Stream(tokenizer, ids), out var streaming);
        Report("decode, token by token", $"{ids.Length / streaming.TotalSeconds / 1e6:F1} M tokens/s");
    }

    private static int Stream(Tokenizer tokenizer, int[] ids)
    {
        var detokenizer = new Detokenizer(tokenizer, skipSpecialTokens: true);
        var length = 0;
        for (var i = 0; i < ids.Length; i++) length += detokenizer.Append(ids.AsSpan(i, 1)).Length;
        return length + detokenizer.Flush().Length;
    }

    private static T Best<T>(Func<T> work, out TimeSpan best)
    {
        best = TimeSpan.MaxValue;
        var result = default(T)!;
        for (var run = 0; run < Runs; run++)
        {
            var watch = Stopwatch.StartNew();
            result = work();
            if (watch.Elapsed < best) best = watch.Elapsed;
        }

        return result;
    }

    /// <summary>The prompts and answers of the embedded model's evaluation, and the checkout's documents.</summary>
    private static string English(string root)
    {
        var evaluation = Path.Combine(root, "models", "sgl-tiny", "eval.jsonl");
        if (!File.Exists(evaluation))
            throw new UserErrorException($"--root '{root}': expected the checkout; it has no models/sgl-tiny.");
        var text = new StringBuilder();
        foreach (var line in File.ReadLines(evaluation))
        {
            using var row = JsonDocument.Parse(line);
            foreach (var value in Strings(row.RootElement)) text.Append(value).Append('\n');
        }

        string[] documents =
            ["LICENSE", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "models/sgl-tiny/LICENSES.md"];
        foreach (var document in documents)
        {
            var path = Path.Combine(root, document);
            if (File.Exists(path)) text.Append(File.ReadAllText(path));
        }

        return text.ToString();
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Strings(property.Value)),
        _ => [],
    };

    private static string Rate(string text, TimeSpan time) =>
        $"{Encoding.UTF8.GetByteCount(text) / time.TotalSeconds / 1e6:F1} MB/s";

    private static void Report(string what, string result) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-24}{result}"));
}
