using System.Text.Json;
using Sgl.Engine.Text;
using Sgl.TestSupport;
using Xunit.Abstractions;

namespace Sgl.Engine.Tests.Text;

/// <summary>
/// Texts with their ids and decodings as Hugging Face's own library gives them: the committed files, and those of the
/// folder that SGL_TOKENIZER_GOLDENS names.
/// </summary>
public sealed class TokenizerGoldenTests(ITestOutputHelper output)
{
    private static readonly string? _given =
        Environment.GetEnvironmentVariable("SGL_TOKENIZER_GOLDENS") is { Length: > 0 } folder
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))
        : null;

    public static TheoryData<string> AllFiles => [.. Files(Repository.Fixtures("tokenizers")), .. Files(_given)];

    [Theory]
    [MemberData(nameof(AllFiles))]
    public void EveryRow(string path)
    {
        if (Folder(path) is { } folder) Check(path, folder);
        else Console.WriteLine($"{path} is left out: its tokenizer is not there.");
    }

    [Fact]
    public void WhatIsLeftOutOfTheGivenFolderIsSaid()
    {
        var files = Files(_given);
        string[] leftOut = [.. files.Where(file => Folder(file) is null).Select(file => Path.GetFileName(file))];
        var line = $"SGL_TOKENIZER_GOLDENS={_given}: {files.Length} files, {leftOut.Length} of them left out for want "
            + $"of their tokenizer: {string.Join(", ", leftOut)}";
        output.WriteLine(line);
        Console.WriteLine(line);

        Assert.True(_given is null || files.Length > leftOut.Length, line);
    }

    private static string[] Files(string? folder) => folder is null
        ? []
        : [.. Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)];

    /// <summary>Where a file's tokenizer lies: beside it or in a package; null when it is in neither.</summary>
    private static string? Folder(string path)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(path));
        var name = golden.RootElement.GetProperty("tokenizer").GetString()!;
        var beside = Path.Combine(Path.GetDirectoryName(path)!, name);
        if (File.Exists(Path.Combine(beside, "tokenizer.json"))) return beside;
        try
        {
            return TokenizerPackages.Folder(name);
        }
        catch (InvalidOperationException e) when (Path.GetDirectoryName(path) == _given)
        {
            Console.WriteLine($"{path}: {e.Message}");
            return null;
        }
    }

    /// <summary>Holds the tokenizer in a folder against the rows of a file.</summary>
    /// <param name="isKnown">Whether the folder's tokenizer has all that a text needs; null for every text.</param>
    internal static void Check(string path, string folder, Func<string, bool>? isKnown = null)
    {
        var tokenizer = Tokenizer.Load(folder);
        using var golden = JsonDocument.Parse(File.ReadAllBytes(path));
        var wrong = new List<string>();
        var count = 0;
        foreach (var row in golden.RootElement.GetProperty("rows").EnumerateArray())
        {
            var text = row.GetProperty("text").GetString()!;
            if (isKnown?.Invoke(text) == false) continue;
            var ids = Ids(row, "ids");
            Compare("ids", ids, tokenizer.Encode(text, addSpecialTokens: false));
            Compare("ids_special", Ids(row, "ids_special"), tokenizer.Encode(text, addSpecialTokens: true));
            Compare("decoded", row.GetProperty("decoded").GetString()!, tokenizer.Decode(ids, false));
            Compare("decoded_skip", row.GetProperty("decoded_skip").GetString()!, tokenizer.Decode(ids, true));
            count++;

            void Compare(string what, object expected, object got)
            {
                var (left, right) = (JsonSerializer.Serialize(expected), JsonSerializer.Serialize(got));
                if (left == right) return;
                wrong.Add($"row {count}, {what} of {JsonSerializer.Serialize(text)}\n  expected {left}\n  got {right}");
            }
        }

        Assert.True(count > 0, $"{path} has no rows");
        Assert.True(wrong.Count == 0, $"{path}: {wrong.Count} differences\n{string.Join('\n', wrong.Take(20))}");
    }

    private static int[] Ids(JsonElement row, string name) =>
        [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
