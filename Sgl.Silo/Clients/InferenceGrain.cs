using System.Runtime.CompilerServices;
using System.Text.Json;
using Orleans.Concurrency;
using Orleans.Placement;
using Sgl.Engine.Requests;
using Sgl.Gateway.Requests;
using Sgl.Gateway.Responses;
using Sgl.Gateway.Serving;
using Sgl.Grains.Abstractions;

namespace Sgl.Silo.Clients;

/// <inheritdoc cref="IInferenceGrain"/>
[Reentrant]
[PreferLocalPlacement]
internal sealed class InferenceGrain(GenerationService service) : Grain, IInferenceGrain
{
    public IAsyncEnumerable<AnswerPart> ChatAsync(ChatCall call, CancellationToken cancellationToken) =>
        AnswerAsync(() => CallBody.Of(call), ChatRequest.Read, cancellationToken);

    public IAsyncEnumerable<AnswerPart> GenerateAsync(GenerateCall call, CancellationToken cancellationToken) =>
        AnswerAsync(() => CallBody.Of(call), NativeRequest.Read, cancellationToken);

    private async IAsyncEnumerable<AnswerPart> AnswerAsync(
        Func<JsonDocument> body,
        Func<JsonElement, GenerationService, (GenerationPlan Plan, IResponseShape Shape)> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using GenerationSet set = Refusing(() =>
        {
            GenerationService model = Model();
            using JsonDocument document = body();
            return model.Start(read(document.RootElement, model).Plan, cancellationToken);
        });
        while (await RefusingAsync(set.WaitAsync()))
        {
            while (Refusing(() => set.TryTake(out Generation? generation) ? generation : null) is { } generation)
            {
                yield return News(generation);
                generation.MarkSent();
            }
        }
    }

    /// <summary>The key's end is the caller's own.</summary>
    private GenerationService Model()
    {
        string key = this.GetPrimaryKeyString();
        string model = key[..Math.Max(0, key.LastIndexOf('/'))];
        if (service.Models.All(one => one.Options.ModelName != model))
            throw new RequestException(
                $"The model '{model}' is not served here; there is "
                + $"{string.Join(", ", service.Models.Select(one => one.Options.ModelName))}.", "model");
        return service.For(model);
    }

    private static AnswerPart News(Generation generation) => new()
    {
        Id = generation.Plan.Request.Id,
        Text = generation.Text[generation.Sent.Text..].ToString(),
        Tokens = [.. generation.Tokens.Skip(generation.Sent.Tokens)],
        PromptTokens = generation.Plan.Request.Prompt.Length,
        CachedTokens = generation.CachedTokens,
        Finish = generation.Finish?.Name(),
        Message = generation.Finish?.Message,
    };

    private static T Refusing<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (Refusal(error) is { } refusal)
        {
            throw refusal;
        }
    }

    private static async ValueTask<T> RefusingAsync<T>(ValueTask<T> work)
    {
        try
        {
            return await work;
        }
        catch (Exception error) when (Refusal(error) is { } refusal)
        {
            throw refusal;
        }
    }

    /// <summary>In a type that callers have.</summary>
    private static CallException? Refusal(Exception error) => error switch
    {
        RequestException => new CallException(error.Message, CallFault.Invalid),
        QueueFullException or EngineStoppedException => new CallException(error.Message, CallFault.Busy),
        _ => null,
    };
}
