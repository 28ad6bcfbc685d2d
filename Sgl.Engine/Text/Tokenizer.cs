namespace Sgl.Engine.Text;

/// <summary>Hugging Face's tokenizer.json, encoded and decoded exactly as their library does. Safe for concurrent use.</summary>
public sealed class Tokenizer
{
    /// <summary>Reads tokenizer.json (and tokenizer_config.json, where there is one) of a folder.</summary>
    /// <exception cref="Requests.UserErrorException">The file is missing, broken, or uses a part that is not known: names it.</exception>
    public static Tokenizer Load(string folder) => throw new NotImplementedException();

    /// <summary>Highest token id + 1, added tokens included.</summary>
    public int VocabularySize => throw new NotImplementedException();

    /// <summary>The beginning-of-text token's content, from tokenizer_config.json; null when there is none.</summary>
    public string? BosToken => throw new NotImplementedException();

    public string? EosToken => throw new NotImplementedException();

    /// <param name="addSpecialTokens">Run the post-processor (which adds bos and its like).</param>
    public int[] Encode(string text, bool addSpecialTokens) => throw new NotImplementedException();

    public string Decode(ReadOnlySpan<int> tokens, bool skipSpecialTokens) => throw new NotImplementedException();

    /// <summary>The id of a token by its content in the vocabulary or among the added tokens; null when it is none.</summary>
    public int? TokenId(string content) => throw new NotImplementedException();

    public bool IsSpecial(int token) => throw new NotImplementedException();

    /// <summary>The bytes that a token alone stands for, which may be a part of a character.</summary>
    public byte[] TokenBytes(int token) => throw new NotImplementedException();
}
