using System.Buffers.Binary;
using System.Text;
using Sgl.Engine.Text.Tokenizing.SentencePiece;

namespace Sgl.Engine.Tests.Text.Tokenizing.SentencePiece;

/// <summary>Writes a SentencePiece tokenizer.model.</summary>
internal sealed class PieceWriter
{
    private readonly MemoryStream _file = new();

    public PieceWriter Piece(string content, float score, PieceType type)
    {
        var piece = new MemoryStream();
        Bytes(piece, 1, Encoding.UTF8.GetBytes(content));
        piece.WriteByte(2 << 3 | 5);
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(number, score);
        piece.Write(number);
        Number(piece, 3, (int)type);
        Bytes(_file, 1, piece.ToArray());
        return this;
    }

    /// <param name="modelType">1 for unigram, 2 for BPE.</param>
    public PieceWriter Training(int modelType, bool byteFallback)
    {
        var training = new MemoryStream();
        Number(training, 3, modelType);
        Number(training, 35, byteFallback ? 1 : 0);
        Bytes(_file, 2, training.ToArray());
        return this;
    }

    public PieceWriter Normalization(bool addDummyPrefix, bool removeExtraSpaces, byte[]? characterMap = null)
    {
        var normalization = new MemoryStream();
        if (characterMap is not null) Bytes(normalization, 2, characterMap);
        Number(normalization, 3, addDummyPrefix ? 1 : 0);
        Number(normalization, 4, removeExtraSpaces ? 1 : 0);
        Bytes(_file, 3, normalization.ToArray());
        return this;
    }

    public byte[] ToArray() => _file.ToArray();

    private static void Number(Stream message, int field, int value)
    {
        Varint(message, field << 3);
        Varint(message, value);
    }

    private static void Bytes(Stream message, int field, byte[] value)
    {
        Varint(message, field << 3 | 2);
        Varint(message, value.Length);
        message.Write(value);
    }

    private static void Varint(Stream message, int value)
    {
        for (; value >= 0x80; value >>= 7) message.WriteByte((byte)(value | 0x80));
        message.WriteByte((byte)value);
    }
}
