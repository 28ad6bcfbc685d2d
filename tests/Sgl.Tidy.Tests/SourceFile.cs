using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Sgl.TestSupport;

namespace Sgl.Tidy.Tests;

/// <summary>One C# file of the checkout, parsed.</summary>
internal sealed class SourceFile(string path)
{
    private static readonly string[] _notSource = ["bin", "obj", "artifacts", "TestResults", "node_modules"];

    /// <summary>Relative to the root, with forward slashes.</summary>
    public string Path { get; } = System.IO.Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');

    public string[] Lines { get; } = File.ReadAllLines(path);

    public CompilationUnitSyntax Syntax { get; } =
        CSharpSyntaxTree.ParseText(File.ReadAllText(path)).GetCompilationUnitRoot();

    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    /// <summary>Types not nested in another type.</summary>
    public IEnumerable<BaseTypeDeclarationSyntax> TopLevelTypes =>
        Types.Where(type => type.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax);

    public IEnumerable<BaseTypeDeclarationSyntax> Types => Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>();

    /// <summary>"path:line" of a node, as editors and terminals make it clickable.</summary>
    public string At(SyntaxNode node) => At(node.GetLocation());

    public string At(Location location) => $"{Path}:{location.GetLineSpan().StartLinePosition.Line + 1}";

    /// <summary>Every .cs file that people write.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = [.. Walk(Repository.Root)
        .Where(path => path.EndsWith(".cs", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        .Select(path => new SourceFile(path))];

    /// <summary>Every file under a folder but build outputs and hidden folders.</summary>
    public static IEnumerable<string> Walk(string folder) => Directory.EnumerateFiles(folder).Concat(
        Directory.EnumerateDirectories(folder)
            .Where(child => IsSource(System.IO.Path.GetFileName(child))).SelectMany(Walk));

    private static bool IsSource(string folderName) => !folderName.StartsWith('.') && !_notSource.Contains(folderName);
}
