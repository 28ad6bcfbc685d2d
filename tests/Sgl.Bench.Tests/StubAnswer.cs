namespace Sgl.Bench.Tests;

/// <param name="Pieces">The body, sent piece by piece.</param>
internal sealed record StubAnswer(IReadOnlyList<string> Pieces, int Status = 200)
{
    public StubAnswer(string body, int status = 200)
        : this([body], status)
    {
    }

    /// <summary>A stream of these events and [DONE].</summary>
    public static StubAnswer Events(IEnumerable<string> events) =>
        new([.. events.Append("[DONE]").Select(json => $"data: {json}\n\n")]);

    /// <summary>/generate's stream: text so far and tokens so far, one token an event.</summary>
    public static StubAnswer Generated(int promptTokens, int tokens) =>
        Events(Enumerable.Range(1, tokens).Select(count =>
        {
            string meta = $$"""{"prompt_tokens":{{promptTokens}},"completion_tokens":{{count}}}""";
            return $$"""{"text":"{{new string('x', count)}}","meta_info":{{meta}}}""";
        }));
}
