using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing;

/// <summary>The tokens that the "post_processor" of tokenizer.json puts around those of a text.</summary>
internal sealed class PostProcessor
{
    public static readonly PostProcessor None = new([], []);

    private PostProcessor(int[] before, int[] behind) => (Before, Behind) = (before, behind);

    public int[] Before { get; }

    public int[] Behind { get; }

    /// <exception cref="FormatException">A type that is not known, or a missing or wrong field.</exception>
    public static PostProcessor Read(JsonElement component) => component.Type() switch
    {
        // It moves offsets alone.
        "ByteLevel" => None,
        "TemplateProcessing" => Template(component),
        "BertProcessing" or "RobertaProcessing" => new([Pair(component, "cls")], [Pair(component, "sep")]),
        "Sequence" => component.Items("processors").Select(Read).Aggregate(None, (inner, outer) =>
            new([.. outer.Before, .. inner.Before], [.. inner.Behind, .. outer.Behind])),
        _ => throw component.Unknown(
            "post_processor", "BertProcessing, ByteLevel, RobertaProcessing, Sequence, TemplateProcessing"),
    };

    /// <summary>What is said for a single text; pairs of texts are never encoded here.</summary>
    private static PostProcessor Template(JsonElement component)
    {
        var before = new List<int>();
        List<int>? behind = null;
        foreach (var item in component.Items("single"))
        {
            if (item.Optional("SpecialToken") is { } special)
            {
                (behind ?? before).AddRange(SpecialIds(component, special.Text("id")));
                continue;
            }

            if (behind is not null || item.Field("Sequence").Text("id") != "A")
            {
                throw new FormatException(
                    "the \"single\" of TemplateProcessing is not one sequence A among special tokens");
            }
            behind = [];
        }

        return behind is not null
            ? new([.. before], [.. behind])
            : throw new FormatException("the \"single\" of TemplateProcessing has no sequence A");
    }

    private static IEnumerable<int> SpecialIds(JsonElement component, string name) =>
        component.Field("special_tokens").Field(name).Items("ids").Select(id => Id(id, name));

    private static int Pair(JsonElement component, string name) =>
        component.Items(name).ToList() is [_, var id]
            ? Id(id, name)
            : throw new FormatException($"the \"{name}\" of {component.Type()} is not a token and its id");

    private static int Id(JsonElement id, string name) =>
        id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out var value)
            ? value
            : throw new FormatException($"the id of {name} is not an integer: {id.GetRawText()}");
}
