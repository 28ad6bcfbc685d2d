namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>A place to which a matcher returns when it is stuck.</summary>
/// <param name="Instruction">A Branch or a Loop that has another way to go.</param>
/// <param name="Position">Where in the text it stood.</param>
/// <param name="Rest">
/// Branch: its options not tried yet. Loop: the shortest end, or for a lazy one the count so far.
/// </param>
internal readonly record struct Backtrack(int Instruction, int Position, ulong Rest);
