using System.Text;
using System.Text.Json;
using Sgl.Engine.Text.Tokenizing.Patterns;

namespace Sgl.Engine.Text.Tokenizing.Normalizers;

/// <summary>Changes a text before it is split: the "normalizer" of tokenizer.json.</summary>
internal abstract class Normalizer
{
    private const string Known =
        "ByteLevel, Lowercase, NFC, NFD, NFKC, NFKD, Precompiled, Prepend, Replace, Sequence, Strip, StripAccents";

    /// <param name="text">Well-formed UTF-16.</param>
    public abstract string Apply(string text);

    /// <summary>The normalizers of a component, in their order; a Sequence gives those that it holds.</summary>
    /// <exception cref="FormatException">A type that is not known, or a missing or wrong field.</exception>
    public static IEnumerable<Normalizer> Read(JsonElement component) => component.Type() switch
    {
        "Sequence" => component.Items("normalizers").SelectMany(Read),
        "ByteLevel" => [new ByteLevelNormalizer()],
        "Lowercase" => [new LowercaseNormalizer()],
        "NFC" => [new UnicodeNormalizer(NormalizationForm.FormC)],
        "NFD" => [new UnicodeNormalizer(NormalizationForm.FormD)],
        "NFKC" => [new UnicodeNormalizer(NormalizationForm.FormKC)],
        "NFKD" => [new UnicodeNormalizer(NormalizationForm.FormKD)],
        "Precompiled" => [new CharacterMapNormalizer(component.Field("precompiled_charsmap").GetBytesFromBase64())],
        "Prepend" => [new PrependNormalizer(component.Text("prepend"))],
        "Replace" => [new ReplaceNormalizer(Pattern.Read(component), component.Text("content"))],
        "Strip" => [new StripNormalizer(component.Flag("strip_left", true), component.Flag("strip_right", true))],
        "StripAccents" => [new ReplaceNormalizer(Pattern.Parse(@"\p{M}"), "")],
        _ => throw component.Unknown("normalizer", Known),
    };
}
