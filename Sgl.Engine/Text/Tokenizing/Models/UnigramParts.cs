using System.Text;
using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>A unigram language model.</summary>
/// <param name="Findable">By content: the tokens that are sought in words.</param>
/// <param name="Scores">Log probabilities by id.</param>
/// <param name="Unknown">The token for what the vocabulary lacks; -1 when there is none.</param>
/// <param name="ByteFallback">Characters that the vocabulary lacks become the tokens of their bytes.</param>
internal sealed record UnigramParts(
    Vocabulary Vocabulary, Vocabulary Findable, IReadOnlyList<double> Scores, int Unknown, bool ByteFallback)
    : ModelParts(Vocabulary, Seams: null)
{
    /// <summary>Reads the "model" object of a tokenizer.json.</summary>
    /// <exception cref="FormatException">A missing or wrong field.</exception>
    public static UnigramParts Read(JsonElement model)
    {
        var vocabulary = new Vocabulary();
        List<double> scores = [];
        foreach (var token in model.Items("vocab"))
        {
            if (token.ValueKind != JsonValueKind.Array || token.GetArrayLength() != 2
                || token[0].ValueKind != JsonValueKind.String || token[1].ValueKind != JsonValueKind.Number)
            {
                throw new FormatException($"entry {scores.Count} of the vocab is not a token and its score");
            }

            vocabulary.Add(Encoding.UTF8.GetBytes(token[0].GetString()!), scores.Count);
            scores.Add(token[1].GetDouble());
        }

        var unknown = model.Optional("unk_id") is null ? -1 : model.Number("unk_id");
        var byteFallback = model.Flag("byte_fallback", false) && BpeParts.HasEveryByte(vocabulary);
        return new(vocabulary, vocabulary, scores, unknown, byteFallback);
    }

    public override WordModel Build(bool byteLevel) => byteLevel
        ? throw new FormatException("a unigram model does not know words split into bytes")
        : new UnigramModel(this);
}
