using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sgl.Tidy.Tests;

/// <summary>DESIGN §8: what blocks a thread, hides an error or waits for later does not get in.</summary>
public sealed class BannedTests
{
    [Fact]
    public void NothingBlocksOnATask() => Tidy.AssertNone(
        from file in SourceFile.All
        from access in file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        let call = access.Parent as InvocationExpressionSyntax
        where access.Name.Identifier.Text == "Result" && call is null
            || access.Name.Identifier.Text == "Wait" && call?.ArgumentList.Arguments.Count == 0
            || access.Name.Identifier.Text == "GetResult" && access.ToString().Contains("GetAwaiter")
            || access.ToString() == "Thread.Sleep"
        select $"{file.At(access)}: {access} blocks a thread; await it, or wait on an event.");

    [Fact]
    public void NoErrorIsSwallowed() => Tidy.AssertNone(
        from file in SourceFile.All
        from clause in file.Syntax.DescendantNodes().OfType<CatchClauseSyntax>()
        where clause.Block.Statements.Count == 0 && !clause.Block.DescendantTrivia().Any(IsComment)
        select $"{file.At(clause)}: an empty catch; handle the error, or say why it may be dropped.");

    [Fact]
    public void NothingIsLeftForLater() => Tidy.AssertNone(
        from file in SourceFile.All
        from trivia in file.Syntax.DescendantTrivia()
        where IsComment(trivia) && _later.Any(word => trivia.ToString().Contains(word, StringComparison.Ordinal))
        select $"{file.At(trivia.GetLocation())}: {trivia.ToString().Trim()}");

    [Fact]
    public void NothingThrowsNotImplemented() => Tidy.AssertNone(
        from file in SourceFile.All
        from type in file.Syntax.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
        where type.Type.ToString() == "NotImplementedException"
        select $"{file.At(type)}: a stub.");

    private static readonly string[] _later = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "XX" + "X"];

    private static bool IsComment(SyntaxTrivia trivia) =>
        trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia)
        || trivia.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia);
}
