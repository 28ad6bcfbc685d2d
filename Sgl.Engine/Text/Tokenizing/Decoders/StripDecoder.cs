using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>Takes a character away from the ends of every token, up to a number of times.</summary>
/// <param name="content">The character.</param>
/// <param name="start">The most that are taken away at a token's start.</param>
/// <param name="stop">The most that are taken away at its end.</param>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(content, start, stop, next);

    private sealed class Stage(string content, int start, int stop, DecoderStage next) : DecoderStage(next)
    {
        // How many may still be taken away here, as long as nothing else has come.
        private int _atStart;

        // How many have come that are taken away if the token ends with them.
        private int _held;
        private bool _startsToken;

        public override void Push(ReadOnlySpan<char> text, bool startsToken)
        {
            if (startsToken)
            {
                _atStart = start;
                _held = 0;
                _startsToken = true;
            }

            while (_atStart > 0 && text.StartsWith(content))
            {
                text = text[content.Length..];
                _atStart--;
            }

            if (text.Length == 0) return;
            _atStart = 0;
            var whole = new StringBuilder().Insert(0, content, _held).Append(text).ToString();
            var end = whole.Length;
            for (_held = 0; _held < stop && whole.AsSpan(0, end).EndsWith(content); _held++) end -= content.Length;
            if (end == 0) return;
            Next.Push(whole.AsSpan(0, end), _startsToken);
            _startsToken = false;
        }
    }
}
