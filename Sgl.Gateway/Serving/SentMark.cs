using System.Globalization;

namespace Sgl.Gateway.Serving;

/// <summary>How much of a generation a client has been sent.</summary>
/// <param name="Begun">Anything at all.</param>
/// <param name="Tokens">All text that these tokens made.</param>
/// <param name="Finished">The finish reason, after which there is nothing.</param>
internal readonly record struct SentMark(bool Begun, int Tokens, bool Finished)
{
    /// <summary>"-", "17" or, with the finish reason, "17!".</summary>
    public override string ToString() => !Begun ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{Tokens}{(Finished ? "!" : "")}");

    public static bool TryParse(string text, out SentMark mark)
    {
        mark = default;
        if (text == "-")
            return true;
        bool finished = text.EndsWith('!');
        string number = finished ? text[..^1] : text;
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int tokens))
            return false;
        mark = new SentMark(true, tokens, finished);
        return true;
    }
}
