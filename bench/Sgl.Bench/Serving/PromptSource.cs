namespace Sgl.Bench.Serving;

/// <summary>Made-up prompts: one prefix that all share, then token ids of their own.</summary>
/// <param name="vocabularySize">Ids are drawn from the middle of it: special and end tokens sit at either end.</param>
/// <param name="sharedPrefix">Tokens that all prompts begin with.</param>
internal sealed class PromptSource(Random random, int vocabularySize, int sharedPrefix)
{
    private readonly int[] _prefix = Tokens(random, vocabularySize, sharedPrefix);

    /// <param name="length">Tokens after the shared prefix.</param>
    public int[] Next(int length) => [.. _prefix, .. Tokens(random, vocabularySize, length)];

    private static int[] Tokens(Random random, int vocabularySize, int count)
    {
        int margin = vocabularySize / 8;
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(margin, vocabularySize - margin))];
    }
}
