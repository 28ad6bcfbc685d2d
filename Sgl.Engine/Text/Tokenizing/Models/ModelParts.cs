namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>What a file says about the model that finds the tokens of words.</summary>
/// <param name="Seams">Where words may be cut; null where cutting could change their tokens.</param>
internal abstract record ModelParts(Vocabulary Vocabulary, MergeSeams? Seams)
{
    /// <param name="byteLevel">Words are to be split into their bytes, not characters.</param>
    public abstract WordModel Build(bool byteLevel);
}
