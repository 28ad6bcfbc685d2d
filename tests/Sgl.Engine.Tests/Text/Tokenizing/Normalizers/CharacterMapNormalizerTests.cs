using System.Buffers.Binary;
using Sgl.Engine.Text.Tokenizing.Normalizers;

namespace Sgl.Engine.Tests.Text.Tokenizing.Normalizers;

public sealed class CharacterMapNormalizerTests
{
    /// <summary>A becomes a, AB becomes x.</summary>
    [Theory]
    [InlineData("ABAzA", "xaza")]
    [InlineData("\u00C4B", "\u00C4B")]
    [InlineData("", "")]
    public void TheLongestSequenceIsReplaced(string text, string expected) =>
        Assert.Equal(expected, new CharacterMapNormalizer(Table()).Apply(text));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    public void ATableThatIsCutOffIsRefused(int length) => Assert.Contains(
        "the precompiled_charsmap is cut off",
        Assert.Throws<FormatException>(() => new CharacterMapNormalizer(Table().AsSpan(0, length))).Message);

    private static byte[] Table()
    {
        const uint hasValue = 1 << 8, value = 1u << 31;
        const int a = 256 ^ 'A', afterA = 512, b = afterA ^ 'B', afterB = 768;
        uint[] trie = new uint[1024];
        trie[0] = 256 << 10;
        trie[a] = (a ^ afterA) << 10 | hasValue | 'A';
        trie[afterA] = value | 0;
        trie[b] = (b ^ afterB) << 10 | hasValue | 'B';
        trie[afterB] = value | 2;

        byte[] table = [.. new byte[4 + 4 * trie.Length], .. "a\0x\0"u8];
        BinaryPrimitives.WriteInt32LittleEndian(table, 4 * trie.Length);
        for (int i = 0; i < trie.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 + 4 * i), trie[i]);
        return table;
    }
}
