using System.Collections;
using System.Diagnostics;

namespace Sgl.Gateway.Hosting;

/// <summary>What every log line of a request carries.</summary>
/// <param name="Rid">The request's id.</param>
/// <param name="Session">The id of its session; null when it has none.</param>
internal sealed record RequestScope(string Rid, string? Session) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly ActivityTraceId? _trace = Activity.Current?.TraceId;

    /// <summary>What a line of text gets behind its message, which names the request itself.</summary>
    public string Trail =>
        (Session is null ? "" : $", session_id={Session}") + (_trace is null ? "" : $", trace_id={_trace}");

    public int Count => Session is null ? 1 : 2;

    public KeyValuePair<string, object?> this[int index] => index == 0 ? new("rid", Rid) : new("session_id", Session);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"rid={Rid}{Trail}";
}
