using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>The end of a chain of decoders: gathers the text.</summary>
internal sealed class TextSink() : DecoderStage(null)
{
    private readonly StringBuilder _text = new();

    public override void Push(ReadOnlySpan<char> text, bool startsToken) => _text.Append(text);

    /// <summary>The text gathered since the last time.</summary>
    public string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}
