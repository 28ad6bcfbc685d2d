using System.Buffers.Binary;
using System.Text;

namespace Sgl.Engine.Text.Tokenizing.SentencePiece;

/// <summary>Reads the fields of a protocol buffers message, one after the other.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;
    private int _wireType;
    private ulong _number;
    private ReadOnlySpan<byte> _bytes;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    public readonly bool Flag => _number != 0;

    public readonly int Int => _wireType == 0 ? unchecked((int)_number) : throw Wrong("a whole number");

    public readonly float Float => _wireType == 5
        ? BitConverter.UInt32BitsToSingle((uint)_number)
        : throw Wrong("a float");

    public readonly ReadOnlySpan<byte> Bytes => _wireType == 2 ? _bytes : throw Wrong("text or bytes");

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <returns>False at the message's end.</returns>
    /// <exception cref="FormatException">It is cut off, or no message.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty) return false;
        var tag = Varint();
        (Field, _wireType) = ((int)(tag >> 3), (int)(tag & 7));
        _bytes = default;
        switch (_wireType)
        {
            case 0:
                _number = Varint();
                break;
            case 1:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                _bytes = Take(Varint());
                break;
            case 5:
                _number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new FormatException($"its field {Field} has the unknown wire type {_wireType}");
        }

        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Take(1)[0];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw new FormatException("a number in it has no end");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length) throw new FormatException("it is cut off");
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private readonly FormatException Wrong(string expected) => new($"its field {Field} is not {expected}");
}
