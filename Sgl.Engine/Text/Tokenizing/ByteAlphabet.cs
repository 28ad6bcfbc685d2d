namespace Sgl.Engine.Text.Tokenizing;

/// <summary>
/// The alphabet of byte-level tokenizers: every byte is written as one printable character. Bytes that are printable
/// in Latin-1 stand for themselves, the others for the characters from U+0100 on, in their order.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] _characters = Build();
    private static readonly short[] _bytes = Invert();

    public static char Character(byte value) => _characters[value];

    /// <summary>The byte that a character stands for, or -1.</summary>
    public static int Byte(char character) => character < _bytes.Length ? _bytes[character] : -1;

    /// <summary>A text's UTF-8 bytes, written in the alphabet.</summary>
    public static string Write(ReadOnlySpan<char> text)
    {
        var bytes = new byte[System.Text.Encoding.UTF8.GetByteCount(text)];
        System.Text.Encoding.UTF8.GetBytes(text, bytes);
        return string.Create(bytes.Length, bytes, (characters, source) =>
        {
            for (var i = 0; i < source.Length; i++) characters[i] = _characters[source[i]];
        });
    }

    private static char[] Build()
    {
        var characters = new char[256];
        var next = (char)0x100;
        for (var value = 0; value < 256; value++)
            characters[value] = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)value : next++;
        return characters;
    }

    private static short[] Invert()
    {
        var bytes = new short[_characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++) bytes[_characters[value]] = (short)value;
        return bytes;
    }
}
