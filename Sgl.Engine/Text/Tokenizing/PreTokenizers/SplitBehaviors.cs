using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>Reads the "behavior" of a component.</summary>
internal static class SplitBehaviors
{
    /// <param name="otherwise">The behavior when none is given; null when one must be.</param>
    public static SplitBehavior Read(JsonElement component, SplitBehavior? otherwise = null)
    {
        if (component.Optional("behavior") is null && otherwise is { } behavior) return behavior;
        return component.Text("behavior") switch
        {
            "Removed" or "removed" => SplitBehavior.Removed,
            "Isolated" or "isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" or "merged_with_previous" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" or "merged_with_next" => SplitBehavior.MergedWithNext,
            "Contiguous" or "contiguous" => SplitBehavior.Contiguous,
            var other => throw new FormatException(
                $"the behavior {other} of {component.Type()} is not known (known are "
                + string.Join(", ", Enum.GetNames<SplitBehavior>()) + ")"),
        };
    }
}
