using System.Text.Json;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Serving;

namespace Sgl.Gateway.Sessions;

/// <summary>
/// A request of a session: its events have ids, and a client that lost its connection sends it again, to any gateway,
/// with the id of the last event it has, and receives the rest.
/// </summary>
/// <param name="Session">The session's id, as the client gave it.</param>
/// <param name="Last">Where the client stands; null when it begins.</param>
internal sealed record ResumableRequest(string Session, ResumePoint? Last)
{
    public const string SessionHeader = "X-Session-Id";

    /// <summary>Of an answer: whether the session's record is kept.</summary>
    public const string DurableHeader = "X-Session-Durable";

    private const string SessionField = "session_id";

    /// <summary>The request's session; null when it has none and nothing is to be resumed.</summary>
    /// <exception cref="RequestException">One of the ids is no id.</exception>
    public static ResumableRequest? Of(HttpContext http, JsonElement body, GatewayLimits limits)
    {
        string? last = http.Request.Headers[ResumePoint.Header];
        string? session = http.Request.Headers[SessionHeader];
        if (body.ValueKind == JsonValueKind.Object)
            session = new JsonFields(body).Text(SessionField) ?? session;
        if (session is null && last is null)
            return null;
        if (session?.Length is 0 || session?.Length > limits.RequestIdLength)
            throw new RequestException(
                $"{SessionField}: an id of {session.Length} characters is not allowed; "
                + $"expected 1 to {limits.RequestIdLength}.", SessionField);
        return new ResumableRequest(session ?? "", last is null ? null : ResumePoint.Parse(last));
    }

    /// <summary>The body with the id and the seed that it had the first time, or has from now on.</summary>
    public JsonDocument Complete(JsonElement body, Dialect dialect, SeedSource seeds)
    {
        string rid = Last?.Rid ?? dialect.IdPrefix + Guid.NewGuid().ToString("N");
        // What JSON readers of all kinds can hold.
        ulong seed = Last?.Seed ?? seeds.Next() >> 12;
        return ResumableBody.Complete(body, rid, seed, dialect.SeedFields);
    }

    /// <summary>What the client has of each generation.</summary>
    /// <exception cref="RequestException">The id is one of another request's.</exception>
    public IReadOnlyList<SentMark>? MarksOf(GenerationPlan plan)
    {
        if (Last is null || !plan.Stream)
            return null;
        return Last.Marks.Count == plan.Generations.Count ? Last.Marks : throw new RequestException(
            $"{ResumePoint.Header}: the event is of a request with {Last.Marks.Count} generations; this one has "
            + $"{plan.Generations.Count}. Send the same body again.", ResumePoint.Header);
    }

    /// <summary>The id of an event that tells all that was marked as sent.</summary>
    public static string EventId(GenerationSet set, bool usage)
    {
        PlannedGeneration first = set.All[0].Plan;
        return new ResumePoint(
            set.Plan.Group ?? first.Prompt.Rid, first.Request.Seed, [.. set.All.Select(one => one.Mark)], usage)
            .ToString();
    }
}
