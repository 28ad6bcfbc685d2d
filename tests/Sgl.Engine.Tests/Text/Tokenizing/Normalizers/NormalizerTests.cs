using System.Text.Json;
using Sgl.Engine.Text.Tokenizing.Normalizers;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text.Tokenizing.Normalizers;

public sealed class NormalizerTests
{
    /// <summary>Components with texts and what Hugging Face's tokenizers 0.23.2 makes of them.</summary>
    public static TheoryData<string, string> Given
    {
        get
        {
            var given = new TheoryData<string, string>();
            var path = Path.Combine(Repository.Fixtures("tokenizer-parts"), "normalizers.json");
            using var file = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var item in file.RootElement.EnumerateArray())
                given.Add(item.GetProperty("part").GetRawText(), item.GetProperty("rows").GetRawText());
            return given;
        }
    }

    [Theory]
    [MemberData(nameof(Given))]
    public void NormalizesAsTheLibraryDoes(string part, string rows)
    {
        using var component = JsonDocument.Parse(part);
        using var expected = JsonDocument.Parse(rows);
        Normalizer[] normalizers = [.. Normalizer.Read(component.RootElement)];

        foreach (var row in expected.RootElement.EnumerateArray())
        {
            var text = row[0].GetString()!;
            Assert.Equal(row[1].GetString(), normalizers.Aggregate(text, (current, next) => next.Apply(current)));
        }
    }

    [Fact]
    public void AnUnknownOneIsNamed()
    {
        using var component = JsonDocument.Parse("""{"type": "Nmt"}""");

        var e = Assert.Throws<FormatException>(() => Normalizer.Read(component.RootElement).ToList());

        Assert.Contains("normalizer Nmt is not known", e.Message);
    }
}
