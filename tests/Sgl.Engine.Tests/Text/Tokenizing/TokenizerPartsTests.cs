using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Engine.Text;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text.Tokenizing;

/// <summary>
/// Small tokenizers that combine the parts in ways that the real ones do not, with what Hugging Face's tokenizers
/// 0.23.2 makes of texts and of tokens.
/// </summary>
public sealed class TokenizerPartsTests
{
    private static readonly JsonArray _tokenizers = JsonNode.Parse(File.ReadAllText(
        Path.Combine(Repository.Fixtures("tokenizer-parts"), "tokenizers.json")))!.AsArray();

    public static TheoryData<string> Names => [.. _tokenizers.Select(item => item!["name"]!.GetValue<string>())];

    [Theory]
    [MemberData(nameof(Names))]
    public void DoesAsTheLibraryDoes(string name)
    {
        var item = _tokenizers.Single(item => item!["name"]!.GetValue<string>() == name)!;
        using var folder = TokenizerFolder.OfTiny(item["overrides"]!.AsObject());
        var tokenizer = Tokenizer.Load(folder.Path);

        foreach (var row in item["rows"]!.AsArray())
        {
            var tokens = Ids(row!["tokens"]);
            if (row["text"] is { } text)
            {
                tokens = Ids(row["ids"]);
                Assert.Equal(tokens, tokenizer.Encode(text.GetValue<string>(), false));
                Assert.Equal(Ids(row["ids_special"]), tokenizer.Encode(text.GetValue<string>(), true));
            }

            Assert.Equal(row["decoded"]!.GetValue<string>(), tokenizer.Decode(tokens, skipSpecialTokens: false));
            Assert.Equal(row["decoded_skip"]!.GetValue<string>(), tokenizer.Decode(tokens, skipSpecialTokens: true));
            Assert.Equal(row["decoded"]!.GetValue<string>(), OneByOne(tokenizer, tokens));
        }
    }

    private static string OneByOne(Tokenizer tokenizer, int[] tokens)
    {
        var detokenizer = new Detokenizer(tokenizer, skipSpecialTokens: false);
        return string.Concat(tokens.Select(token => detokenizer.Append([token]))) + detokenizer.Flush();
    }

    private static int[] Ids(JsonNode? ids) => ids.Deserialize<int[]>() ?? [];
}
