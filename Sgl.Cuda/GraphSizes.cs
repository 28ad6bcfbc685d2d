using System.Numerics;

namespace Sgl.Cuda;

/// <summary>The batch sizes that decode steps are recorded for; a step takes the next larger one.</summary>
internal static class GraphSizes
{
    private const int WidestStep = 32;

    /// <summary>
    /// Every size up to 8, then four an octave and at most 32 apart: a step carries few rows of padding, and not many
    /// graphs are recorded.
    /// </summary>
    /// <param name="most">The largest batch, which ends the list; 0 gives none.</param>
    public static int[] UpTo(int most)
    {
        List<int> sizes = [];
        for (int size = 1; size < most; size += Step(size))
            sizes.Add(size);
        return most > 0 ? [.. sizes, most] : [];
    }

    private static int Step(int size) =>
        Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)size + 1) / 8, 1, WidestStep);
}
