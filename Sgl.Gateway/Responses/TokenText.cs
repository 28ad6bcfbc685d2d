using System.Text;
using Sgl.Engine.Text;

namespace Sgl.Gateway.Responses;

/// <summary>The text of single tokens, as logprobs show it.</summary>
internal static class TokenText
{
    /// <summary>A token that holds a part of a character shows U+FFFD for it.</summary>
    public static string TextOf(this Tokenizer tokenizer, int token) =>
        Encoding.UTF8.GetString(tokenizer.TokenBytes(token));
}
