namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>Joins all tokens to one.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override DecoderStage Start(DecoderStage next) => new Stage(next);

    private sealed class Stage(DecoderStage next) : DecoderStage(next)
    {
        private bool _started;

        public override void Push(ReadOnlySpan<char> text, bool startsToken)
        {
            Next.Push(text, !_started);
            _started = true;
        }
    }
}
