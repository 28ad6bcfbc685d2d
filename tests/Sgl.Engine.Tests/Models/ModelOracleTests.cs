using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Xunit.Abstractions;

namespace Sgl.Engine.Tests.Models;

/// <summary>
/// Every model against float64 references, however the prompt is cut into passes. The references' greedy tokens are
/// made without a cache: each is the next one of a prompt. For rope scalings that depend on the length that is not what
/// keys give which were stored when the sequence was shorter, so for those the test makes each token of a prompt, too.
/// </summary>
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
            var (driver, logits) = Prefill(ops, model, reference.Prompt, mode);
            foreach (var (position, expected) in reference.Positions.Zip(reference.Logits))
                worst = Math.Max(worst, expected.Zip(logits[position], (e, a) => Math.Abs(e - a)).Max());

            // The reference's tokens go in, so that a tie that fell the other way costs only itself.
            float[] last = logits[^1];
            for (int i = 0; i < reference.Greedy.Length; i++)
            {
                AssertBest(reference.Greedy[i], last, i);
                int[] soFar = [.. reference.Prompt, .. reference.Greedy[..(i + 1)]];
                last = model.KeySharing.DependsOnLength
                    ? Prefill(ops, model, soFar, "one prefill").Logits[^1]
                    : driver.Run(reference.Greedy[i])[0];
            }
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

    /// <returns>The sequence, ready to go on, and the logits after each token of the prompt.</returns>
    private static (ModelDriver Driver, float[][] Logits) Prefill(
        IOps ops, ICausalModel model, int[] prompt, string mode)
    {
        const int outputTokens = 16;
        ModelDriver driver = ModelDriver.Start(ops, model, slots: 2 * (prompt.Length + outputTokens), prompt.Length);
        if (mode != "cached prefix")
        {
            int size = mode switch { "one prefill" => prompt.Length, "chunks of 8" => 8, _ => 1 };
            return (driver, [.. prompt.Chunk(size).SelectMany(chunk => driver.Run(chunk))]);
        }

        // Another sequence computes the prefix and goes its own way; the prompt's own reads its slots.
        int prefix = prompt.Length / 2;
        float[][] first = prefix == 0 ? [] : driver.Run(prompt.AsSpan(0, prefix));
        ModelDriver behind = driver.Fork();
        driver.Run([.. prompt.Skip(prefix).Reverse()]);
        return (behind, [.. first, .. behind.Run(prompt.AsSpan(prefix))]);
    }

    private static void AssertBest(int token, float[] logits, int step)
    {
        var best = logits.Index().OrderByDescending(pair => pair.Item).Take(2).ToArray();
        bool isTie = best[0].Item - best[1].Item <= TieGap;
        Assert.True(isTie || best[0].Index == token, $"token {step} is to be {token}; best are {best[0]}, {best[1]}");
    }
}
