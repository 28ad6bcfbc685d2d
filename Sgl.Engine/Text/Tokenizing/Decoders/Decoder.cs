using System.Text.Json;
using Sgl.Engine.Text.Tokenizing.Patterns;
using Sgl.Engine.Text.Tokenizing.PreTokenizers;

namespace Sgl.Engine.Text.Tokenizing.Decoders;

/// <summary>Turns tokens into text: the "decoder" of tokenizer.json.</summary>
internal abstract class Decoder
{
    private const string Known =
        "BPEDecoder, ByteFallback, ByteLevel, Fuse, Metaspace, Replace, Sequence, Strip, WordPiece";

    /// <summary>Its state for one stream, in front of the next decoder's.</summary>
    public abstract DecoderStage Start(DecoderStage next);

    /// <summary>The bytes of a token somewhere within a text, as far as this decoder says.</summary>
    /// <param name="token">In UTF-8, as the decoders before left it.</param>
    public virtual byte[] Bytes(byte[] token) => token;

    /// <summary>The decoders of a component, in their order; a Sequence gives those that it holds.</summary>
    /// <exception cref="FormatException">A type that is not known, or a missing or wrong field.</exception>
    public static IEnumerable<Decoder> Read(JsonElement component) => component.Type() switch
    {
        "Sequence" => component.Items("decoders").SelectMany(Read),
        "BPEDecoder" => [new SuffixDecoder(component.Sign("suffix"))],
        "ByteFallback" => [new ByteFallbackDecoder()],
        "ByteLevel" => [new ByteLevelDecoder()],
        "Fuse" => [new FuseDecoder()],
        "Metaspace" => [new MetaspaceDecoder(
            component.Sign("replacement"), PrependSchemes.Read(component) != PrependScheme.Never)],
        "Replace" => [new ReplaceDecoder(Pattern.Read(component), component.Text("content"))],
        "Strip" => [new StripDecoder(component.Sign("content"), component.Number("start"), component.Number("stop"))],
        "WordPiece" => [new WordPieceDecoder(component.Text("prefix"), component.Flag("cleanup", true))],
        _ => throw component.Unknown("decoder", Known),
    };
}
