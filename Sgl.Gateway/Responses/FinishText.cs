using System.Text.Json;
using Sgl.Engine.Requests;

namespace Sgl.Gateway.Responses;

/// <summary>A finish reason in the words of the two APIs.</summary>
internal static class FinishText
{
    public static string Name(this FinishReason reason) => reason.Kind switch
    {
        FinishKind.Length => "length",
        FinishKind.Stop => "stop",
        _ => "abort",
    };

    /// <summary>{"type": "stop", "matched": ...} and its like; null while the generation runs.</summary>
    public static void WriteNativeFinish(this Utf8JsonWriter json, string name, FinishReason? reason)
    {
        if (reason is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("type", reason.Name());
        if (reason.Kind == FinishKind.Length)
            json.WriteNumber("length", reason.Length);
        else if (reason.Kind == FinishKind.Stop)
            WriteMatched(json, "matched", reason);
        else
            json.WriteString("message", reason.Message);
        json.WriteEndObject();
    }

    /// <summary>finish_reason and matched_stop of an OpenAI choice.</summary>
    public static void WriteChoiceFinish(this Utf8JsonWriter json, FinishReason? reason)
    {
        json.WriteString("finish_reason", reason?.Name());
        WriteMatched(json, "matched_stop", reason);
    }

    private static void WriteMatched(Utf8JsonWriter json, string name, FinishReason? reason)
    {
        if (reason?.MatchedToken is int token)
            json.WriteNumber(name, token);
        else
            json.WriteString(name, reason?.MatchedText);
    }
}
