namespace Sgl.Engine.Text.Tokenizing;

/// <summary>An added token in a text, with the white space that it takes along.</summary>
/// <param name="End">Exclusive.</param>
internal readonly record struct AddedTokenMatch(AddedToken Token, int Start, int End);
