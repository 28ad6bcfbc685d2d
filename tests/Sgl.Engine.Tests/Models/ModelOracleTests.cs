using Sgl.Engine.Cpu;
using Sgl.Engine.Models;
using Xunit.Abstractions;

namespace Sgl.Engine.Tests.Models;

/// <summary>Every model against float64 references, however the prompt is cut into passes.</summary>
public sealed class ModelOracleTests(ITestOutputHelper output)
{
    private const float MaxLogitError = 2e-3f;

    /// <summary>Where the two best logits are nearer than this, either may be the greedy token.</summary>
    private const float TieGap = 0.01f;

    public static TheoryData<string, string> KnownFiles()
    {
        var data = new TheoryData<string, string>();
        foreach (string path in OracleFile.Paths.Where(path => new OracleFile(path).IsKnown))
        {
            foreach (string mode in new[] { "one prefill", "chunks of 8", "token by token", "cached prefix" })
                data.Add(path, mode);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(KnownFiles))]
    public void MatchesItsReference(string path, string mode)
    {
        var file = new OracleFile(path);
        using RecipeWeights weights = file.Weights;
        using var ops = new CpuOps(threads: 1);
        ICausalModel model = ModelCatalog.Build(file.Config, weights, ops);
        float worst = 0;
        foreach (OracleCase reference in file.Cases)
        {
            int slots = 2 * (reference.Prompt.Length + reference.Greedy.Length);
            ModelDriver driver = ModelDriver.Start(ops, model, slots, reference.Prompt.Length);
            float[][] logits = Prefill(ref driver, reference.Prompt, mode);
            foreach (var (position, expected) in reference.Positions.Zip(reference.Logits))
                worst = Math.Max(worst, expected.Zip(logits[position], (e, a) => Math.Abs(e - a)).Max());
            AssertGreedy(driver, logits[^1], reference);
        }
        output.WriteLine($"{Path.GetFileName(path)}, {mode}: largest logit error {worst:e2}");
        Assert.True(worst <= MaxLogitError, $"largest logit error {worst}");
    }

    [Fact]
    public void FilesOfUnknownArchitecturesAreCountedAloud()
    {
        OracleFile[] files = [.. OracleFile.Paths.Select(path => new OracleFile(path))];
        string[] unknown = [.. files.Where(file => !file.IsKnown).Select(file => file.Architecture)];
        string line = $"model oracle: {files.Length - unknown.Length} files run, {unknown.Length} left out whose "
            + $"architectures the catalog does not know: {string.Join(", ", unknown.Distinct().Order())}";
        output.WriteLine(line);
        Console.WriteLine(line);
        Assert.True(files.Length > unknown.Length, line);
    }

    private static float[][] Prefill(ref ModelDriver driver, int[] prompt, string mode)
    {
        if (mode != "cached prefix")
        {
            ModelDriver all = driver;
            int size = mode switch { "one prefill" => prompt.Length, "chunks of 8" => 8, _ => 1 };
            return [.. prompt.Chunk(size).SelectMany(chunk => all.Run(chunk))];
        }

        // Another sequence computes the prefix and goes its own way; then the prompt's own reads its slots.
        int prefix = prompt.Length / 2;
        float[][] first = prefix == 0 ? [] : driver.Run(prompt.AsSpan(0, prefix));
        ModelDriver behind = driver.Fork();
        driver.Run(prompt.AsSpan(prefix).ToArray().Reverse().ToArray());
        driver = behind;
        return [.. first, .. behind.Run(prompt.AsSpan(prefix))];
    }

    /// <summary>Feeds the reference's tokens, so that a tie that fell the other way costs only itself.</summary>
    private static void AssertGreedy(ModelDriver driver, float[] logits, OracleCase reference)
    {
        for (int i = 0; i < reference.Greedy.Length; i++)
        {
            var best = logits.Index().OrderByDescending(pair => pair.Item).Take(2).ToArray();
            if (best[0].Item - best[1].Item > TieGap)
                Assert.True(best[0].Index == reference.Greedy[i], $"token {i}: {best[0]}, expected {reference.Greedy[i]}");
            logits = driver.Run(reference.Greedy[i])[0];
        }
    }
}
