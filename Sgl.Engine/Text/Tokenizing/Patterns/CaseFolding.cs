using System.Runtime.CompilerServices;
using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>Which characters differ by case alone.</summary>
internal static class CaseFolding
{
    // All letters with case lie in the first two planes.
    private const int Last = 0x1FFFF;

    /// <summary>Every group of two or more such characters.</summary>
    public static int[][] Variants { get; } = Find();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int[][] Find()
    {
        // Letters whose other case lies in ASCII, which the framework's invariant mapping leaves alone.
        var groups = new Dictionary<int, List<int>> { ['s'] = ['s', 0x17F], ['k'] = ['k', 0x212A] };
        for (var codePoint = 0; codePoint <= Last; codePoint++)
        {
            if (!Rune.IsValid(codePoint) || codePoint is 's' or 'k' or 0x17F or 0x212A) continue;
            var rune = new Rune(codePoint);
            var upper = Rune.ToUpperInvariant(rune);
            var folded = Rune.ToLowerInvariant(upper);
            if (upper == rune && folded == rune) continue;
            if (!groups.TryGetValue(folded.Value, out var group)) groups[folded.Value] = group = [];
            group.Add(codePoint);
        }

        return [.. groups.Values.Where(group => group.Count > 1).Select(group => group.ToArray())];
    }
}
