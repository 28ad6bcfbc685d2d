namespace Sgl.Engine.Text.Tokenizing.Normalizers;

/// <summary>Writes the text's bytes in the byte-level alphabet.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override string Apply(string text) => ByteAlphabet.Write(text);
}
