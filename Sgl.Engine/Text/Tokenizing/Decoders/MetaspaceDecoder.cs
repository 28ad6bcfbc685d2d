using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>Turns the character that stands for a space into one, or into nothing in the first token.</summary>
internal sealed class MetaspaceDecoder(string replacement, bool prepended) : Decoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(replacement, prepended, next);

    public override byte[] Bytes(byte[] token) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(token).Replace(replacement, " "));

    private sealed class Stage(string replacement, bool prepended, DecoderStage next) : DecoderStage(next)
    {
        private bool _started;

        public override void Push(ReadOnlySpan<char> text, bool startsToken)
        {
            if (startsToken && _started) prepended = false;
            _started = true;
            Next.Push(text.ToString().Replace(replacement, prepended ? "" : " "), startsToken);
        }
    }
}
