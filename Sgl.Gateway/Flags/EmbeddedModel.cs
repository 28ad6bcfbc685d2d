namespace Sgl.Gateway.Flags;

/// <summary>The model that is served when none is named; the build copies it beside the program.</summary>
internal static class EmbeddedModel
{
    public const string Name = "sgl-tiny";

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "models", Name);
}
