using System.Text.Json;
using Sgl.Gateway.Hosting;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;
using Sgl.Gateway.Sessions;

namespace Sgl.Gateway.Endpoints;

/// <summary>
/// Answers a request that generates, whatever its API: read, start, and send the outcome whole or as it comes.
/// </summary>
internal sealed class GenerationHandler(
    GenerationService service, Dialect dialect,
    Func<JsonElement, GenerationService, (GenerationPlan Plan, IResponseShape Shape)> read)
{
    public async Task HandleAsync(HttpContext http)
    {
        (GenerationService model, GenerationPlan plan, IResponseShape shape, ResumableRequest? session) =
            await ReadAsync(http);

        using IDisposable? scope = service.Log.BeginScope(
            new RequestScope(plan.Group ?? plan.Prompts[0].Rid, session?.Session));
        bool log = service.Served.Options.LogRequests;
        if (log)
            LogStart(plan);
        await using GenerationSet set = model.Start(plan, http.RequestAborted, session?.MarksOf(plan));
        if (plan.Stream)
            await StreamAsync(http, set, shape, session);
        else
            await SendWholeAsync(http, set, shape);
        if (log)
            LogEnd(set);
    }

    private async Task<(GenerationService Model, GenerationPlan Plan, IResponseShape Shape, ResumableRequest? Session)>
        ReadAsync(HttpContext http)
    {
        using JsonDocument body = await RequestBody.ReadAsync(http, service.Limits);
        JsonElement root = body.RootElement;
        GenerationService model =
            service.For(root.ValueKind == JsonValueKind.Object ? new JsonFields(root).Text("model") : null);
        if (ResumableRequest.Of(http, root, service.Limits) is not { } session)
        {
            (GenerationPlan plan, IResponseShape shape) = read(root, model);
            return (model, plan, shape, null);
        }

        using JsonDocument completed = session.Complete(root, dialect, model.Seeds);
        (GenerationPlan resumable, IResponseShape itsShape) = read(completed.RootElement, model);
        if (session.Session.Length > 0)
            resumable = resumable.In(session.Session);
        if (session.Session.Length > 0 && model.Served.OpenSession is { } open)
            http.Response.Headers[ResumableRequest.DurableHeader] = await open(session.Session) ? "true" : "false";
        if (session.Last is { } last)
            await service.Live.ReplaceAsync(last.Rid);
        return (model, resumable, itsShape, session);
    }

    private static async Task SendWholeAsync(HttpContext http, GenerationSet set, IResponseShape shape)
    {
        while (await set.WaitAsync())
            while (set.TryTake(out _))
                continue;
        await JsonOutput.SendAsync(http, StatusCodes.Status200OK, json => shape.WriteWhole(json, set.All));
    }

    private async Task StreamAsync(
        HttpContext http, GenerationSet set, IResponseShape shape, ResumableRequest? session)
    {
        bool usage = session?.Last?.Usage == true;
        // What fails before the first token can still be told by the status.
        await set.WaitAsync();
        SseWriter events = new(http.Response)
        {
            EventId = session is null ? null : () => ResumableRequest.EventId(set, usage),
        };
        events.Begin();
        try
        {
            do
            {
                while (set.TryTake(out Generation? generation))
                {
                    if (!generation.IsSentWhole)
                        shape.WriteNews(events, generation);
                    if (events.Unflushed >= service.Limits.UnflushedBytes)
                        await events.FlushAsync(http.RequestAborted);
                }

                await events.FlushAsync(http.RequestAborted);
            }
            while (await set.WaitAsync());
            if (!usage)
            {
                usage = true;
                shape.WriteEnd(events, set.All);
            }
        }
        catch (Exception error) when (!http.RequestAborted.IsCancellationRequested)
        {
            service.Log.LogError(error, "Request {Rid} failed in its stream", set.All[0].Plan.Request.Id);
            ErrorAnswer.Of(error).WriteEvent(events.BeginEvent());
            events.EndEvent();
        }

        events.Done();
        await events.FlushAsync(http.RequestAborted);
    }

    private void LogStart(GenerationPlan plan)
    {
        foreach (PlannedGeneration planned in plan.Generations)
            service.Log.LogInformation(
                "Receive: rid={Rid}, stream={Stream}, prompt_tokens={PromptTokens}, seed={Seed}, {Sampling}",
                planned.Request.Id,
                plan.Stream, planned.Request.Prompt.Length, planned.Request.Seed,
                JsonSerializer.Serialize(planned.Request.Sampling));
    }

    private void LogEnd(GenerationSet set)
    {
        foreach (Generation generation in set.All)
            service.Log.LogInformation(
                "Finish: rid={Rid}, finish_reason={FinishReason}, completion_tokens={CompletionTokens}, "
                + "cached_tokens={CachedTokens}, e2e_latency={E2eLatency:F3}",
                generation.Plan.Request.Id, generation.Finish?.Name(), generation.Tokens.Count, generation.CachedTokens,
                generation.Elapsed.TotalSeconds);
    }
}
