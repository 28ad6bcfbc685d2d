namespace Sgl.Tidy.Tests;

internal static class Tidy
{
    /// <summary>Fails with every finding on a line of its own.</summary>
    public static void AssertNone(IEnumerable<string> findings)
    {
        string[] all = [.. findings];
        Assert.True(all.Length == 0, $"{all.Length} finding(s):\n{string.Join('\n', all)}");
    }
}
