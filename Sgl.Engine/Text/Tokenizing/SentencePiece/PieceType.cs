namespace Sgl.Engine.Text.Tokenizing.SentencePiece;

/// <summary>What a piece of a SentencePiece model is for; the numbers are the file's.</summary>
internal enum PieceType
{
    Normal = 1,
    Unknown = 2,

    /// <summary>Never found in a text, such as its beginning and end.</summary>
    Control = 3,

    /// <summary>Found in a text before all others, and never merged.</summary>
    UserDefined = 4,

    Unused = 5,

    /// <summary>A byte of a character that is no piece.</summary>
    Byte = 6,
}
