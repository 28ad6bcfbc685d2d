using System.Text.Json;
using Sgl.Engine.Text.Tokenizing.PreTokenizers;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text.Tokenizing.PreTokenizers;

public sealed class PreTokenizerTests
{
    /// <summary>Components with texts and their pieces, as Hugging Face's tokenizers 0.23.2 splits them.</summary>
    public static TheoryData<string, string> Given
    {
        get
        {
            var given = new TheoryData<string, string>();
            var path = Path.Combine(Repository.Fixtures("tokenizer-parts"), "pre_tokenizers.json");
            using var file = JsonDocument.Parse(File.ReadAllBytes(path));
            foreach (var item in file.RootElement.EnumerateArray())
                given.Add(item.GetProperty("part").GetRawText(), item.GetProperty("rows").GetRawText());
            return given;
        }
    }

    [Theory]
    [MemberData(nameof(Given))]
    public void SplitsAsTheLibraryDoes(string part, string rows)
    {
        using var component = JsonDocument.Parse(part);
        using var expected = JsonDocument.Parse(rows);
        PreTokenizer[] stages = [.. PreTokenizer.Read(component.RootElement)];

        foreach (var row in expected.RootElement.EnumerateArray())
        {
            var text = row[0].GetString()!;
            Assert.Equal(row[1].EnumerateArray().Select(piece => piece.GetString()!), Split(stages, text));
        }
    }

    [Theory]
    [InlineData("""{"type": "UnicodeScripts"}""", "pre_tokenizer UnicodeScripts is not known")]
    [InlineData("""{"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Around"}""", "behavior Around of Split")]
    [InlineData("""{"type": "Split", "behavior": "Isolated"}""", "Split has no \"pattern\"")]
    [InlineData("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "last"}""", "prepend_scheme last")]
    [InlineData("""{"type": "Sequence", "pretokenizers": 1}""", "\"pretokenizers\" that is not a list: 1")]
    [InlineData("""{"type": "Digits", "individual_digits": "yes"}""", "\"individual_digits\" that is not true or")]
    [InlineData("""{}""", "no \"type\"")]
    public void WhatIsWrongIsNamed(string part, string message)
    {
        using var component = JsonDocument.Parse(part);

        var e = Assert.Throws<FormatException>(() => PreTokenizer.Read(component.RootElement).ToList());

        Assert.Contains(message, e.Message);
    }

    private static List<string> Split(PreTokenizer[] stages, string text)
    {
        var pieces = new List<string>();
        PieceHandler handler = (in Piece piece) => pieces.Add(piece.Span.ToString());
        foreach (var stage in stages.Reverse())
        {
            var next = handler;
            handler = (in Piece piece) => stage.Split(piece, next);
        }

        handler(new Piece(text, 0, text.Length, AtStart: true));
        return pieces;
    }
}
