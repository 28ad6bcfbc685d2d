using System.Xml.Linq;
using Sgl.TestSupport;

namespace Sgl.Tidy.Tests;

/// <summary>
/// DESIGN §2: references point one way, versions stand in one place, the solution holds every project.
/// </summary>
public sealed class ReferenceTests
{
    /// <summary>
    /// What each project may refer to; a project that is not here fails the test until its line is added.
    /// </summary>
    private static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["Sgl.Engine"] = [],
        ["Sgl.Cuda"] = ["Sgl.Engine"],
        ["Sgl.Cuda.Parity"] = ["Sgl.Cuda", "Sgl.Engine"],
        ["Sgl.Gateway"] = ["Sgl.Engine", "Sgl.Cuda"],
        ["Sgl.Grains.Abstractions"] = [],
        ["Sgl.Grains"] = ["Sgl.Grains.Abstractions", "Sgl.Engine"],
        ["Sgl.Silo"] = ["Sgl.Grains", "Sgl.Gateway"],
        ["Sgl.Bench"] = ["Sgl.Engine", "Sgl.Cuda"],
        ["Sgl.Gateway.Bench"] = ["Sgl.Bench", "Sgl.Gateway"],
        ["Sgl.Cluster.Bench"] = ["Sgl.Bench", "Sgl.Grains", "Sgl.Silo"],
        ["Sgl.Cluster.Tests"] = ["Sgl.Cluster.Bench", "Sgl.Client"],
        ["Sgl.Engine.Tests"] = ["Sgl.Engine"],
        ["Sgl.Cuda.Tests"] = ["Sgl.Cuda"],
        ["Sgl.Gateway.Tests"] = ["Sgl.Gateway"],
        ["Sgl.Client"] = ["Sgl.Grains.Abstractions"],
        ["Sgl.Client.Tests"] = ["Sgl.Client", "Sgl.Silo"],
        ["Sgl.Grains.Tests"] = ["Sgl.Grains", "Sgl.Silo"],
        ["Sgl.Bench.Tests"] = ["Sgl.Bench"],
        ["Sgl.Tidy.Tests"] = [],
    };

    [Fact]
    public void ProjectsReferOneWay() => Tidy.AssertNone(
        from project in Projects
        from reference in Items(project, "ProjectReference")
        let target = Path.GetFileNameWithoutExtension(reference.Replace('\\', '/'))
        where !_allowed.GetValueOrDefault(Path.GetFileNameWithoutExtension(project), []).Contains(target)
        select $"{project} may not refer to {target} (DESIGN §2).");

    [Fact]
    public void EngineHasNoPackage() => Tidy.AssertNone(
        from project in Projects
        where Path.GetFileNameWithoutExtension(project) is "Sgl.Engine"
        from package in Items(project, "PackageReference").Concat(Items(project, "FrameworkReference"))
        select $"{project} refers to {package}: the engine is pure C#.");

    [Fact]
    public void TheSolutionHoldsEveryProject()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "SglOrleans.sln")).Replace('\\', '/');
        Tidy.AssertNone(Projects.Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(path => !solution.Contains(path)).Select(path => $"{path} is missing from SglOrleans.sln."));
    }

    private static IEnumerable<string> Projects =>
        SourceFile.Walk(Repository.Root).Where(path => path.EndsWith(".csproj", StringComparison.Ordinal));

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(project).Descendants(kind).Select(item => item.Attribute("Include")!.Value);
}
