using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>Reads tokens as bytes, written in the byte-level alphabet, and those as UTF-8.</summary>
internal sealed class ByteLevelDecoder : Decoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    public override byte[] Bytes(byte[] token)
    {
        var text = Encoding.UTF8.GetString(token);
        var bytes = new byte[token.Length];
        return bytes[..Read(text, bytes)];
    }

    /// <summary>A token with a character that is not of the alphabet stands for itself.</summary>
    private static int Read(ReadOnlySpan<char> token, Span<byte> bytes)
    {
        for (var i = 0; i < token.Length; i++)
        {
            var value = ByteAlphabet.Byte(token[i]);
            if (value < 0) return Encoding.UTF8.GetBytes(token, bytes);
            bytes[i] = (byte)value;
        }

        return token.Length;
    }

    private sealed class Stage(DecoderStage next) : DecoderStage(next)
    {
        // Keeps the bytes of a character that has not ended yet.
        private readonly System.Text.Decoder _utf8 = Encoding.UTF8.GetDecoder();
        private bool _started;

        public override void Push(ReadOnlySpan<char> text, bool startsToken)
        {
            var most = Encoding.UTF8.GetMaxByteCount(text.Length);
            Span<byte> bytes = most <= 512 ? stackalloc byte[most] : new byte[most];
            Decode(bytes[..Read(text, bytes)], flush: false);
        }

        public override void Finish()
        {
            Decode([], flush: true);
            base.Finish();
        }

        private void Decode(ReadOnlySpan<byte> bytes, bool flush)
        {
            // Up to three bytes wait in the decoder; broken ones become a replacement character each.
            var most = bytes.Length + 4;
            Span<char> text = most <= 512 ? stackalloc char[most] : new char[most];
            var count = _utf8.GetChars(bytes, text, flush);
            if (count == 0) return;
            Next.Push(text[..count], !_started);
            _started = true;
        }
    }
}
