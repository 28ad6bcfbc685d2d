using Sgl.Engine.Text.Tokenizing.Patterns;

namespace Sgl.Engine.Text.Tokenizing.Normalizers;

/// <summary>Replaces every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(Pattern pattern, string content) : Normalizer
{
    public override string Apply(string text) => pattern.Replace(text, content);
}
