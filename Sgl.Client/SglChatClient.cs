using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Sgl.Grains.Abstractions;

namespace Sgl.Client;

/// <summary>A cluster's model as <see cref="IChatClient"/>: text in and out; tools and images are refused.</summary>
public sealed class SglChatClient(SglClient client) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("sglorleans", null, client.Model);

    /// <exception cref="CallException">The call was refused.</exception>
    /// <exception cref="NotSupportedException">Something is asked for that the cluster cannot do.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <exception cref="CallException">The call was refused.</exception>
    /// <exception cref="NotSupportedException">Something is asked for that the cluster cannot do.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ChatCall call = new() { Messages = Turns(messages, options), Options = CallOptionsOf(options) };
        int outputTokens = 0;
        await foreach (AnswerPart part in client.ChatAsync(call, cancellationToken))
        {
            outputTokens += part.Tokens.Length;
            ChatResponseUpdate update = new(ChatRole.Assistant, part.Text)
            {
                ResponseId = part.Id,
                MessageId = part.Id,
                ModelId = client.Model,
                FinishReason = Finish(part),
            };
            if (part.Finish is not null)
                update.Contents.Add(new UsageContent(new UsageDetails
                {
                    InputTokenCount = part.PromptTokens,
                    OutputTokenCount = outputTokens,
                    TotalTokenCount = part.PromptTokens + outputTokens,
                    CachedInputTokenCount = part.CachedTokens,
                }));
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(client) ? client
        : serviceType.IsInstanceOfType(this) ? this : null;

    /// <summary>The client that was given stays open.</summary>
    public void Dispose()
    {
    }

    private static ChatTurn[] Turns(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        if (options?.Tools is { Count: > 0 })
            throw new NotSupportedException($"{options.Tools.Count} tools were given; this client has none yet.");
        List<ChatTurn> turns = [];
        if (options?.Instructions is { } instructions)
            turns.Add(new ChatTurn("system", instructions));
        foreach (ChatMessage message in messages)
        {
            if (message.Contents.FirstOrDefault(content => content is not TextContent) is { } other)
                throw new NotSupportedException($"A message has {other.GetType().Name}; only text is supported.");
            turns.Add(new ChatTurn(message.Role.Value, message.Text));
        }
        return [.. turns];
    }

    private static CallOptions CallOptionsOf(ChatOptions? options) => new()
    {
        MaxTokens = options?.MaxOutputTokens,
        Temperature = options?.Temperature,
        TopP = options?.TopP,
        TopK = options?.TopK,
        FrequencyPenalty = options?.FrequencyPenalty,
        PresencePenalty = options?.PresencePenalty,
        Seed = options?.Seed,
        Stop = [.. options?.StopSequences ?? []],
    };

    private static ChatFinishReason? Finish(AnswerPart part) => part.Finish switch
    {
        null => null,
        "length" => ChatFinishReason.Length,
        "stop" => ChatFinishReason.Stop,
        _ => throw new CallException(part.Message ?? "The request was aborted.", CallFault.Busy),
    };
}
