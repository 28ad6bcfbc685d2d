namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>A byte-pair encoding.</summary>
internal sealed record BpeParts(Vocabulary Vocabulary, MergeTable Merges, BpeOptions Options, MergeSeams? Seams)
    : ModelParts(Vocabulary, Seams)
{
    public override WordModel Build(bool byteLevel) =>
        new BpeModel(Vocabulary, Merges, Options with { ByteLevel = byteLevel });

    /// <summary>
    /// Whether words may be cut between characters that no merge joins. A character that is left out, fused with its
    /// neighbours or written by its place in the word changes them.
    /// </summary>
    public static bool MayBeCut(Vocabulary vocabulary, BpeOptions options) =>
        options is { ByteFallback: true, IgnoreMerges: false, ContinuingPrefix: "", EndSuffix: "" }
        && HasEveryByte(vocabulary);

    /// <summary>There is a token for every byte.</summary>
    public static bool HasEveryByte(Vocabulary vocabulary) =>
        Enumerable.Range(0, 256).All(value => vocabulary.Find($"<0x{value:X2}>") >= 0);

    /// <summary>
    /// The encoding that always joins the two neighbours whose joint content ranks first: every way to put a token
    /// together of two is a merge.
    /// </summary>
    /// <param name="ranks">By content: the token that merges make, and its rank.</param>
    /// <param name="vocabulary">What the tokens are written as.</param>
    public static BpeParts OfRanks(
        Vocabulary ranks, Func<int, int> rankOf, Vocabulary vocabulary, BpeOptions options)
    {
        var merges = new MergeTable();
        var seams = MayBeCut(vocabulary, options) ? new MergeSeams() : null;
        for (var id = 0; id < ranks.Size; id++)
        {
            if (!ranks.Contains(id)) continue;
            var content = ranks.Content(id);
            for (var split = 1; split < content.Length; split++)
            {
                if (ranks.Find(content[..split]) is not (>= 0 and var left)
                    || ranks.Find(content[split..]) is not (>= 0 and var right))
                {
                    continue;
                }

                merges.Add(left, right, rankOf(id), id);
                seams?.Add(content[..split], content[split..]);
            }
        }

        return new(vocabulary, merges, options, seams);
    }
}
