using Sgl.Engine.Requests;

namespace Sgl.Bench;

/// <summary>models/sgl-tiny of the checkout that this program runs in.</summary>
internal static class EmbeddedModel
{
    private static readonly string _path = Path.Combine("models", "sgl-tiny");

    /// <exception cref="UserErrorException">Neither the current folder nor the program lies in a checkout.</exception>
    public static string Folder()
    {
        foreach (string start in new[] { Environment.CurrentDirectory, AppContext.BaseDirectory })
        {
            for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            {
                string model = Path.Combine(folder.FullName, _path);
                if (Directory.Exists(model))
                    return model;
            }
        }
        throw new UserErrorException($"{_path} is neither at nor above the current folder; name a path.");
    }
}
