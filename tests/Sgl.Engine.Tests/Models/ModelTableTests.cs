using System.Text;
using System.Text.RegularExpressions;
using Sgl.Engine.Models;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Models;

/// <summary>docs/models.md is what the catalog, the models' own summaries and the fixtures say.</summary>
public sealed class ModelTableTests
{
    private const string Write = "SGL_WRITE_DOCS";

    private const string Head =
        """
        # Models

        Made from the catalog by `ModelTableTests`; after a change, write it anew:

            SGL_WRITE_DOCS=1 dotnet test tests/Sgl.Engine.Tests --filter ModelTable

        `architectures` in config.json decides which family loads. Fixtures are float64 references in
        `tests/Fixtures/models`. CPU "checked": every test run holds the family against its fixtures, at 2e-3, as one
        prefill, chunked, token by token and behind a cached prefix. CUDA "checked": `Sgl.Cuda.Parity models` passed
        on a GPU with all of them (`docs/benchmarks/cuda-models.txt`); those that "run" do so on the same operations,
        each of which is checked.

        | family | what it is | `architectures` | fixtures | CPU | CUDA |
        |---|---|---|---|---|---|

        """;

    [Fact]
    public void ThePageIsUpToDate()
    {
        string path = Path.Combine(Repository.Root, "docs", "models.md");
        string page = Page();
        if (Environment.GetEnvironmentVariable(Write) == "1")
            File.WriteAllText(path, page);
        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == page,
            $"docs/models.md is stale: run this test with {Write}=1 to write it anew.");
    }

    private static string Page()
    {
        ILookup<string, string> fixtures = Directory.GetFiles(Repository.Fixtures("models"), "*.json")
            .Order(StringComparer.Ordinal)
            .ToLookup(path => new OracleFile(path).Architecture, path => Path.GetFileNameWithoutExtension(path));
        string list = Path.Combine(Repository.Root, "docs", "benchmarks", "cuda-models.txt");
        string[] checkedOnCuda = [.. File.ReadLines(list).Where(line => line is not ['#', ..])];
        var page = new StringBuilder(Head);
        var families = ModelCatalog.Find(typeof(ModelCatalog).Assembly.GetTypes())
            .GroupBy(known => known.Value, known => known.Key)
            .OrderBy(family => family.Key.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var family in families)
        {
            var (name, what) = Summary(family.Key);
            string[] files = [.. family.SelectMany(architecture => fixtures[architecture])];
            bool onCuda = files.Length > 0 && files.All(checkedOnCuda.Contains);
            page.Append($"| {name} | {what} | {string.Join(", ", family)} | {string.Join(", ", files)} ")
                .Append($"| {(files.Length > 0 ? "checked" : "loads")} | {(onCuda ? "checked" : "runs")} |\n");
        }
        return page.ToString();
    }

    /// <summary>"Family: what it is", the summary of the model's class.</summary>
    private static (string Name, string What) Summary(Type model)
    {
        string source = File.ReadAllText(Path.Combine(
            Repository.Root, "Sgl.Engine", "Models", $"{model.Name}.cs"));
        string summary = Regex.Match(source, "<summary>(.*?)</summary>", RegexOptions.Singleline).Groups[1].Value;
        string line = Regex.Replace(summary, @"\s*\n///\s*", " ").Trim();
        int colon = line.IndexOf(": ", StringComparison.Ordinal);
        Assert.True(colon > 0, $"The summary of {model.Name} is to begin with its family's name and a colon: {line}");
        return (line[..colon], char.ToUpperInvariant(line[colon + 2]) + line[(colon + 3)..]);
    }
}
