using System.Reflection;

namespace Sgl.TestSupport;

/// <summary>Where this checkout lies, so that tests can read fixtures, the embedded model and the sources.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;

    public static string TinyModel => Path.Combine(Root, "models", "sgl-tiny");

    public static string Fixtures(string kind) => Path.Combine(Root, "tests", "Fixtures", kind);
}
