using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Sgl.Tidy.Tests;

/// <summary>
/// DESIGN §8: one public type a file, sealed by default, no interface with one implementer, no static mutable state.
/// </summary>
public sealed class TypeTests
{
    /// <summary>
    /// The two waists of DESIGN §1 and §4, whose second implementers (cluster, CUDA) arrive with their own issues.
    /// </summary>
    private static readonly string[] _waists = ["IInferenceBackend", "IOps"];

    [Fact]
    public void OnePublicTypeAFileNamedAsTheFile() => Tidy.AssertNone(
        from file in SourceFile.All
        let types = file.TopLevelTypes.Where(type => Has(type, SyntaxKind.PublicKeyword)).ToArray()
        let name = Path.GetFileNameWithoutExtension(file.Path)
        where types.Length > 1 || (types.Length == 1 && name.Split('.')[0] != types[0].Identifier.Text)
        let names = string.Join(", ", types.Select(type => type.Identifier.Text))
        select $"{file.Path} holds the public type(s) {names}.");

    [Fact]
    public void ClassesAreSealed() => Tidy.AssertNone(
        from file in SourceFile.All
        from type in file.Types
        where type.IsKind(SyntaxKind.ClassDeclaration) || type.IsKind(SyntaxKind.RecordDeclaration)
        where !Has(type, SyntaxKind.AbstractKeyword)
        where !IsPartOf(type, SyntaxKind.SealedKeyword) && !IsPartOf(type, SyntaxKind.StaticKeyword)
        where !IsInherited(type.Identifier.Text)
        select $"{file.At(type)}: {type.Identifier.Text} is neither sealed, static nor built to inherit.");

    [Fact]
    public void AnInterfaceHasMoreThanOneImplementer() => Tidy.AssertNone(
        from file in SourceFile.All
        where !file.IsTest
        from type in file.Types.OfType<InterfaceDeclarationSyntax>()
        let name = type.Identifier.Text
        where Implementers(name) < 2 && !_waists.Contains(name) && !IsGrainInterface(type)
        select $"{file.At(type)}: {name} has {Implementers(name)} implementer(s) outside the tests; use the class.");

    [Fact]
    public void NoStaticMutableState() => Tidy.AssertNone(
        from file in SourceFile.All
        from node in file.Syntax.DescendantNodes()
        where node is MemberDeclarationSyntax member && Has(member, SyntaxKind.StaticKeyword)
        where node is FieldDeclarationSyntax field && !Has(field, SyntaxKind.ReadOnlyKeyword)
            || node is PropertyDeclarationSyntax property && HasSetter(property)
        select $"{file.At(node)}: static state that can change; pass it as an argument.");

    private static bool Has(MemberDeclarationSyntax member, SyntaxKind modifier) =>
        member.Modifiers.Any(modifier);

    private static bool HasSetter(PropertyDeclarationSyntax property) =>
        property.AccessorList?.Accessors.Any(accessor => accessor.IsKind(SyntaxKind.SetAccessorDeclaration)
            && accessor.Body is null && accessor.ExpressionBody is null) == true;

    /// <summary>A partial type may carry the modifier on another of its parts.</summary>
    private static bool IsPartOf(BaseTypeDeclarationSyntax type, SyntaxKind modifier) =>
        Has(type, modifier) || Has(type, SyntaxKind.PartialKeyword) && SourceFile.All.SelectMany(file => file.Types)
            .Any(part => part.Identifier.Text == type.Identifier.Text && Has(part, modifier));

    private static bool IsInherited(string name) =>
        SourceFile.All.SelectMany(file => file.Types).Any(type => Bases(type).Contains(name));

    private static int Implementers(string name) =>
        SourceFile.All.Where(file => !file.IsTest).SelectMany(file => file.Types)
            .Where(type => Bases(type).Contains(name)).Select(type => type.Identifier.Text).Distinct().Count();

    private static bool IsGrainInterface(InterfaceDeclarationSyntax type) =>
        Bases(type).Any(name => name.StartsWith("IGrain", StringComparison.Ordinal));

    private static IEnumerable<string> Bases(BaseTypeDeclarationSyntax type) =>
        type.BaseList?.Types.Select(entry => entry.Type.ToString().Split('<')[0].Split('.')[^1]) ?? [];
}
