using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>A token that is found in the text before anything else splits it.</summary>
/// <param name="Content">Its text.</param>
/// <param name="SingleWord">Only where no word character stands beside it.</param>
/// <param name="LeftStrip">Takes the white space before it along.</param>
/// <param name="RightStrip">Takes the white space behind it along.</param>
/// <param name="Normalized">Sought, normalized, in the normalized text.</param>
/// <param name="Special">Left out of decoded text when special tokens are skipped.</param>
internal sealed record AddedToken(
    string Content, bool SingleWord, bool LeftStrip, bool RightStrip, bool Normalized, bool Special)
{
    public int Id { get; init; }

    /// <summary>What is sought, and what the decoders take: the content, or what the normalizers make of it.</summary>
    public string Pattern { get; init; } = Content;

    /// <exception cref="FormatException">A missing or wrong field.</exception>
    public static AddedToken Read(JsonElement token)
    {
        var special = token.Flag("special", false);
        return new AddedToken(
            token.Text("content"),
            token.Flag("single_word", false),
            token.Flag("lstrip", false),
            token.Flag("rstrip", false),
            token.Flag("normalized", !special),
            special);
    }
}
