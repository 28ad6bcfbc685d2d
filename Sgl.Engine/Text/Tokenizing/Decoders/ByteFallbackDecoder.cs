using System.Globalization;
using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>
/// Reads runs of tokens such as &lt;0xE2&gt; as UTF-8. A run that is broken anywhere becomes a replacement character
/// for every byte of it, so nothing of a run is certain before its end.
/// </summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    public override byte[] Bytes(byte[] token) =>
        ByteOf(Encoding.UTF8.GetString(token)) is var value and >= 0 ? [(byte)value] : token;

    /// <summary>The byte that a token stands for, or -1.</summary>
    private static int ByteOf(ReadOnlySpan<char> token) =>
        token.Length == 6 && token.StartsWith("<0x") && token[5] == '>'
        && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : -1;

    private sealed class Stage(DecoderStage next) : DecoderStage(next)
    {
        private readonly List<byte> _run = [];

        public override void Push(ReadOnlySpan<char> text, bool startsToken)
        {
            var value = ByteOf(text);
            if (value >= 0)
            {
                _run.Add((byte)value);
                return;
            }

            EndRun();
            Next.Push(text, startsToken);
        }

        public override void Finish()
        {
            EndRun();
            base.Finish();
        }

        private void EndRun()
        {
            if (_run.Count == 0) return;
            byte[] bytes = [.. _run];
            _run.Clear();
            if (System.Text.Unicode.Utf8.IsValid(bytes))
            {
                Next.Push(Encoding.UTF8.GetString(bytes), startsToken: true);
                return;
            }

            for (var i = 0; i < bytes.Length; i++) Next.Push("\uFFFD", startsToken: true);
        }
    }
}
