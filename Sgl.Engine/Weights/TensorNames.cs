namespace Sgl.Engine.Weights;

/// <summary>What names of tensors mean to loading, whatever the model.</summary>
internal static class TensorNames
{
    private const int Shown = 5;

    /// <summary>
    /// Tensors that checkpoints carry but inference computes or has elsewhere: rotary tables, and the output head of a
    /// model that ties it to the embedding (an untied one reads it).
    /// </summary>
    public static bool MayStayUnread(string name) =>
        name.EndsWith(".inv_freq", StringComparison.Ordinal)
        || name.EndsWith("rotary_emb.cos_cached", StringComparison.Ordinal)
        || name.EndsWith("rotary_emb.sin_cached", StringComparison.Ordinal)
        || name == "lm_head.weight";

    /// <summary>The first few in quotes, then how many more.</summary>
    public static string List(IReadOnlyCollection<string> names)
    {
        string shown = string.Join(", ", names.Take(Shown).Select(name => $"\"{name}\""));
        return names.Count <= Shown ? shown : $"{shown} and {names.Count - Shown} more";
    }
}
