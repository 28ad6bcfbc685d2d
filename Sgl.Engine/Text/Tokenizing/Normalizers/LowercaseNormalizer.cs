namespace Sgl.Engine.Text.Tokenizing.Normalizers;

/// <summary>Every character to its lower case, without regard to its neighbours or a language.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    // The one character whose lower case is two.
    public override string Apply(string text) => text.Replace("\u0130", "i\u0307").ToLowerInvariant();
}
