using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>Puts a space before every token but the first, unless a prefix says that it goes on with a word.</summary>
/// <param name="cleanUp">Take away the space before punctuation and English contractions.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : Decoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(this, next);

    public override byte[] Bytes(byte[] token) => Encoding.UTF8.GetBytes(Read(Encoding.UTF8.GetString(token)));

    private string Read(string token) =>
        CleanUp(token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token);

    private string CleanUp(string token) => !cleanUp ? token : new StringBuilder(token)
        .Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'")
        .Replace(" n't", "n't").Replace(" 'm", "'m").Replace(" do not", " don't").Replace(" 's", "'s")
        .Replace(" 've", "'ve").Replace(" 're", "'re").ToString();

    private sealed class Stage(WordPieceDecoder decoder, DecoderStage next) : DecoderStage(next)
    {
        private bool _started;

        public override void Push(ReadOnlySpan<char> text, bool startsToken)
        {
            Next.Push(_started ? decoder.Read(text.ToString()) : decoder.CleanUp(text.ToString()), startsToken);
            _started = true;
        }
    }
}
