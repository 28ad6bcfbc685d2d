namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>Turns the words that the pre-tokenizers left into tokens.</summary>
internal abstract class WordModel
{
    /// <summary>Appends the tokens of a word.</summary>
    /// <param name="word">Well-formed UTF-16.</param>
    public abstract void Encode(ReadOnlySpan<char> word, List<int> output);
}
