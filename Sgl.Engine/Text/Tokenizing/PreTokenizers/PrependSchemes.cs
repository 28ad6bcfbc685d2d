using System.Text.Json;

namespace Sgl.Engine.Text.Tokenizing.PreTokenizers;

/// <summary>Reads the scheme of a Metaspace, which pre-tokenizers and decoders have alike.</summary>
internal static class PrependSchemes
{
    public static PrependScheme Read(JsonElement metaspace)
    {
        // The older spelling.
        if (!metaspace.Flag("add_prefix_space", true)) return PrependScheme.Never;
        if (metaspace.Optional("prepend_scheme") is null) return PrependScheme.Always;
        return metaspace.Text("prepend_scheme") switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw new FormatException(
                $"the prepend_scheme {other} of Metaspace is not known (known are always, first, never)"),
        };
    }
}
