using System.Text;
using Sgl.Engine.Text.Tokenizing.Patterns;

namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>Replaces every match of a pattern within a token.</summary>
internal sealed class ReplaceDecoder(Pattern pattern, string content) : Decoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(pattern, content, next);

    public override byte[] Bytes(byte[] token) =>
        Encoding.UTF8.GetBytes(pattern.Replace(Encoding.UTF8.GetString(token), content));

    private sealed class Stage(Pattern pattern, string content, DecoderStage next) : DecoderStage(next)
    {
        // A token that has not ended yet, whose next part could complete a match.
        private readonly StringBuilder _token = new();

        public override void Push(ReadOnlySpan<char> text, bool startsToken)
        {
            if (pattern.IsOneCharacter)
            {
                Next.Push(pattern.Replace(text.ToString(), content), startsToken);
                return;
            }

            if (startsToken) EndToken();
            _token.Append(text);
        }

        public override void Finish()
        {
            EndToken();
            base.Finish();
        }

        private void EndToken()
        {
            if (_token.Length > 0) Next.Push(pattern.Replace(_token.ToString(), content), startsToken: true);
            _token.Clear();
        }
    }
}
