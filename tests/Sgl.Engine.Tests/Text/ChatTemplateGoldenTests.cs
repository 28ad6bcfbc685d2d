using System.Text.Json.Nodes;
using Sgl.Engine.Text;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Text;

/// <summary>
/// The chats of every file in tests/Fixtures/tokenizers, and in the folder that SGL_TOKENIZER_GOLDENS names: Hugging
/// Face's renderings of the tokenizers' own templates, or the words in which they refused.
/// </summary>
public sealed class ChatTemplateGoldenTests
{
    public static TheoryData<string> OwnFiles => [.. JsonFiles(Repository.Fixtures("tokenizers"))];

    public static TheoryData<string> AllFiles
    {
        get
        {
            var more = Environment.GetEnvironmentVariable("SGL_TOKENIZER_GOLDENS");
            var own = JsonFiles(Repository.Fixtures("tokenizers"));
            return [.. own, .. string.IsNullOrEmpty(more) ? [] : JsonFiles(more)];
        }
    }

    [Theory]
    [MemberData(nameof(AllFiles))]
    public void EveryChatIsRenderedAsHuggingFaceDoes(string file) => AssertChats(
        file,
        (template, chat) => template.Jinja!.RenderAsGiven(
            chat["messages"]!.AsArray(),
            chat["tools"] as JsonArray,
            chat["add_generation_prompt"]!.GetValue<bool>(),
            chat["kwargs"] as JsonObject));

    /// <summary>
    /// What the public method does for OpenAI's clients changes nothing for messages in Hugging Face's form.
    /// </summary>
    [Theory]
    [MemberData(nameof(OwnFiles))]
    public void TheGatewaysWayRendersTheSame(string file) => AssertChats(
        file,
        (template, chat) => template.Render(
            chat["messages"]!.AsArray(),
            chat["tools"] as JsonArray,
            chat["add_generation_prompt"]!.GetValue<bool>(),
            chat["kwargs"] as JsonObject));

    private static IEnumerable<string> JsonFiles(string folder) => Directory.GetFiles(folder, "*.json").Order();

    private static void AssertChats(string file, Func<ChatTemplate, JsonNode, string> render)
    {
        var golden = JsonNode.Parse(File.ReadAllText(file))!;
        var chats = golden["chats"]!.AsArray();
        var template = ChatTemplate.Load(TokenizerPackages.Folder(golden["tokenizer"]!.ToString()), null);
        Assert.True(chats.Count == 0 || template is not null, $"{file} has chats, but its tokenizer has no template");
        foreach (var chat in chats)
        {
            var expected = chat!["ok"] ?? chat["error"];
            var refused = false;
            string actual;
            try
            {
                actual = render(template!, chat);
            }
            catch (ChatTemplateException e)
            {
                (actual, refused) = (e.Message, true);
            }

            Assert.Equal((chat["ok"] is null, expected!.ToString()), (refused, actual));
        }
    }
}
