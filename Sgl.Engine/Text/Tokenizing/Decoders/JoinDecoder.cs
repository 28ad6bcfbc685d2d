namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>A space between tokens: what is done where a tokenizer names no decoder.</summary>
internal sealed class JoinDecoder : Decoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    private sealed class Stage(DecoderStage next) : DecoderStage(next)
    {
        private bool _started;

        public override void Push(ReadOnlySpan<char> text, bool startsToken)
        {
            if (_started) Next.Push(" ", startsToken: true);
            Next.Push(text, startsToken);
            _started = true;
        }
    }
}
