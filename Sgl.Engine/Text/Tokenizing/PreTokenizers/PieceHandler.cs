namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>Takes the pieces of a text, in order.</summary>
internal delegate void PieceHandler(in Piece piece);
