using System.Text.Json;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Responses;

/// <summary>How one API words the outcome of a request's generations.</summary>
internal interface IResponseShape
{
    /// <summary>The whole answer, when all have finished.</summary>
    void WriteWhole(Utf8JsonWriter json, IReadOnlyList<Generation> all);

    /// <summary>The events for what a generation has that the client was not sent yet.</summary>
    void WriteNews(SseWriter events, Generation generation);

    /// <summary>The events between the last news and [DONE].</summary>
    void WriteEnd(SseWriter events, IReadOnlyList<Generation> all);
}
