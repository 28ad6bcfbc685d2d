using System.Globalization;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Sessions;

/// <summary>
/// What the id of an event says: which request it belongs to, the seed that it was given, and how much of it the client
/// has with that event. With the request itself, any gateway can go on from there.
/// </summary>
/// <param name="Rid">The request's id.</param>
/// <param name="Marks">One per generation.</param>
/// <param name="Usage">The chunk with the usage has been sent, too.</param>
internal sealed record ResumePoint(string Rid, ulong Seed, IReadOnlyList<SentMark> Marks, bool Usage)
{
    public const string Header = "Last-Event-ID";

    private const char Between = '~';
    private const char Dot = '.';
    private const string UsageMark = "u";

    public override string ToString()
    {
        string rid = Uri.EscapeDataString(Rid).Replace("~", "%7E");
        string marks = string.Join(Dot, Marks) + (Usage ? UsageMark : "");
        return string.Create(CultureInfo.InvariantCulture, $"{rid}{Between}{Seed}{Between}{marks}");
    }

    /// <exception cref="RequestException">The text is no id of an event of ours.</exception>
    public static ResumePoint Parse(string text)
    {
        string[] parts = text.Split(Between);
        if (parts.Length != 3 || !ulong.TryParse(
            parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed))
            throw Wrong(text);
        bool usage = parts[2].EndsWith(UsageMark, StringComparison.Ordinal);
        string[] marks = (usage ? parts[2][..^1] : parts[2]).Split(Dot);
        SentMark[] parsed =
            [.. marks.Select(mark => SentMark.TryParse(mark, out SentMark one) ? one : throw Wrong(text))];
        return new ResumePoint(Uri.UnescapeDataString(parts[0]), seed, parsed, usage);
    }

    private static RequestException Wrong(string text) =>
        new($"{Header}: '{text}' is no id of an event of this server.", Header);
}
