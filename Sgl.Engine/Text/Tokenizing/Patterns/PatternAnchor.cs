namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>Conditions on a place in a text.</summary>
internal enum PatternAnchor
{
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    TextEndOrLastNewline,
    WordBoundary,
    NoWordBoundary,
}
