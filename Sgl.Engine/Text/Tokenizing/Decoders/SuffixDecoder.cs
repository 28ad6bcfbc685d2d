using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>Turns the suffix that ends a word into a space, or into nothing in the last token: BPEDecoder.</summary>
internal sealed class SuffixDecoder(string suffix) : Decoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(suffix, next);

    public override byte[] Bytes(byte[] token) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(token).Replace(suffix, " "));

    private sealed class Stage(string suffix, DecoderStage next) : DecoderStage(next)
    {
        private string? _last;

        public override void Push(ReadOnlySpan<char> text, bool startsToken)
        {
            if (_last is not null) Next.Push(_last.Replace(suffix, " "), startsToken: true);
            _last = text.ToString();
        }

        public override void Finish()
        {
            if (_last is not null) Next.Push(_last.Replace(suffix, ""), startsToken: true);
            base.Finish();
        }
    }
}
