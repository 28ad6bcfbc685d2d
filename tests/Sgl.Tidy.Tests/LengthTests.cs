using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sgl.Tidy.Tests;

/// <summary>DESIGN §8: files up to 400 lines, functions up to 70, lines up to 120 columns.</summary>
public sealed class LengthTests
{
    private const int FileLines = 400;
    private const int FunctionLines = 70;
    private const int Columns = 120;

    [Fact]
    public void FilesStayShort() => Tidy.AssertNone(
        from file in SourceFile.All
        where file.Lines.Length > FileLines
        select $"{file.Path} has {file.Lines.Length} lines: split it by what it does ({FileLines} at most).");

    [Fact]
    public void LinesStayShort() => Tidy.AssertNone(
        from file in SourceFile.All
        from line in file.Lines.Index()
        where line.Item.Length > Columns
        select $"{file.Path}:{line.Index + 1} has {line.Item.Length} columns ({Columns} at most).");

    [Fact]
    public void FunctionsStayShort() => Tidy.AssertNone(
        from file in SourceFile.All
        from node in file.Syntax.DescendantNodes()
        where node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let lines = LineCount(node)
        where lines > FunctionLines
        select $"{file.At(node)} is a function of {lines} lines ({FunctionLines} at most).");

    private static int LineCount(SyntaxNode node)
    {
        FileLinePositionSpan span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }
}
