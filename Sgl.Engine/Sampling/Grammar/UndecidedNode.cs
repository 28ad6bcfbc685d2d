namespace Sgl.Engine.Sampling.Grammar;

/// <param name="Node">Of the token trie.</param>
/// <param name="Whole">All below it is undecided; else it is only on the way.</param>
internal readonly record struct UndecidedNode(int Node, int Depth, bool Whole);
