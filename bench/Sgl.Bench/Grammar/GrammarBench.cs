using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Sgl.Bench.CommandLine;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling.Grammar;
using Sgl.Engine.Text;

namespace Sgl.Bench.Grammar;

/// <summary>
/// What a grammar costs a sequence and step on one thread: the mask of allowed tokens, and taking one of them.
/// </summary>
internal static class GrammarBench
{
    private const int Walks = 40;
    private const int Tokens = 100;

    private static readonly (string Name, GrammarSpec Grammar)[] _grammars =
    [
        ("json object", new GrammarSpec(GrammarKind.JsonObject, "")),
        ("schema", new GrammarSpec(GrammarKind.JsonSchema, """
            {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0,
             "maximum": 150}, "tags": {"type": "array", "items": {"type": "string", "maxLength": 200}},
             "kind": {"enum": ["person", "company", "city"]}, "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}},
             "required": ["name", "age", "tags", "kind", "next"]}
            """)),
        ("regex", new GrammarSpec(GrammarKind.Regex, @"(([A-Z][a-z]{2,12} ){4,12}\d{1,4}[.!?]\n)+")),
        ("free text", new GrammarSpec(GrammarKind.Regex, @"<answer>(.|\n)*</answer>")),
        ("ebnf", new GrammarSpec(GrammarKind.Ebnf, """
            root ::= sum
            sum ::= product (" + " product)*
            product ::= value (" * " value)*
            value ::= [0-9]{1,4} | [a-z]{1,8} | "(" sum ")"
            """)),
    ];

    public static Command Command { get; } = new(
        "grammar",
        "what a grammar costs a sequence and step: the mask, and taking a token",
        [
            new("--tokenizer", "PATH", null, "a folder with tokenizer.json; else Llama 3's, which the tests download"),
            new("--root", "PATH", null, "the checkout; else the current folder"),
        ],
        Run);

    private static Task<int> Run(FlagValues flags, CancellationToken cancellation)
    {
        string root = flags.TextOrNull("--root") ?? Directory.GetCurrentDirectory();
        Tokenizer tokenizer = Tokenizer.Load(flags.TextOrNull("--tokenizer")
            ?? Path.Combine(root, "artifacts", "tokenizers", "llama3-3.7.2"));
        Stopwatch watch = Stopwatch.StartNew();
        GrammarVocabulary vocabulary = new(tokenizer, [tokenizer.TokenId(tokenizer.EosToken ?? "") ?? 0]);
        Report("vocabulary", $"{vocabulary.Size} tokens, {watch.Elapsed.TotalMilliseconds:F0} ms");
        Measure(_grammars[0].Grammar, vocabulary); // Has everything compiled.
        foreach ((string name, GrammarSpec grammar) in _grammars)
        {
            cancellation.ThrowIfCancellationRequested();
            (double compile, double[] first, double[] later) = Measure(grammar, vocabulary);
            Report(name, $"compile {compile:F1} ms");
            Report("  first walk", Summary(first));
            Report("  later ones", Summary(later));
        }
        return Task.FromResult(0);
    }

    private static (double Compile, double[] First, double[] Later) Measure(
        GrammarSpec grammar, GrammarVocabulary vocabulary)
    {
        Stopwatch watch = Stopwatch.StartNew();
        CompiledGrammar compiled = CompiledGrammar.Compile(grammar, vocabulary);
        double compile = watch.Elapsed.TotalMilliseconds;
        double[][] walks = [.. Enumerable.Range(0, Walks).Select(seed => Walk(compiled, new Random(seed)))];
        return (compile, walks[0], [.. walks.Skip(1).SelectMany(steps => steps)]);
    }

    /// <returns>The microseconds of each step.</returns>
    private static double[] Walk(CompiledGrammar grammar, Random random)
    {
        List<double> steps = [];
        GrammarMatcher matcher = grammar.Start;
        while (steps.Count < Tokens && !matcher.MustEnd)
        {
            long start = Stopwatch.GetTimestamp();
            ReadOnlyMemory<uint> allowed = matcher.Allowed;
            TimeSpan masked = Stopwatch.GetElapsedTime(start);
            int token = Draw(allowed.Span, random);
            start = Stopwatch.GetTimestamp();
            GrammarMatcher? next = matcher.Accept(token);
            steps.Add((masked + Stopwatch.GetElapsedTime(start)).TotalMicroseconds);
            if (next is null || ReferenceEquals(next, matcher))
                break;
            matcher = next;
        }
        return [.. steps];
    }

    /// <summary>One of the allowed tokens, evenly.</summary>
    private static int Draw(ReadOnlySpan<uint> mask, Random random)
    {
        int count = 0;
        foreach (uint word in mask)
            count += BitOperations.PopCount(word);
        int chosen = random.Next(count);
        for (int i = 0; ; i++)
        {
            for (uint word = mask[i]; word != 0; word &= word - 1)
            {
                if (chosen-- == 0)
                    return 32 * i + BitOperations.TrailingZeroCount(word);
            }
        }
    }

    private static string Summary(double[] steps)
    {
        double[] sorted = [.. steps.Order()];
        return string.Create(CultureInfo.InvariantCulture,
            $"mean {sorted.Average():F1}, median {sorted[sorted.Length / 2]:F1}, "
            + $"p99 {sorted[(int)(0.99 * (sorted.Length - 1))]:F1}, most {sorted[^1]:F0} µs ({sorted.Length} steps)");
    }

    private static void Report(string what, string result) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-16}{result}"));
}
