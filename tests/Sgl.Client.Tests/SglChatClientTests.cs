using Microsoft.Extensions.AI;
using Sgl.Grains.Abstractions;

namespace Sgl.Client.Tests;

public sealed class SglChatClientTests(OneSilo silo) : IClassFixture<OneSilo>
{
    private static readonly ChatMessage[] _question = [new(ChatRole.User, "What is the capital of France?")];
    private static readonly ChatOptions _options = new() { Temperature = 0, MaxOutputTokens = 20 };

    private readonly IChatClient _chat = new SglChatClient(silo.Client);

    [Fact]
    public async Task AResponseHasTextUsageAndReason()
    {
        ChatResponse response = await _chat.GetResponseAsync(_question, _options);
        Assert.NotEmpty(response.Text);
        Assert.Equal("sgl-tiny", response.ModelId);
        Assert.NotNull(response.FinishReason);
        Assert.InRange(response.Usage!.InputTokenCount!.Value, 5, 100);
        Assert.InRange(response.Usage.OutputTokenCount!.Value, 1, 20);
        Assert.Equal(ChatRole.Assistant, response.Messages[^1].Role);
    }

    [Fact]
    public async Task UpdatesMakeUpTheResponse()
    {
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in _chat.GetStreamingResponseAsync(_question, _options))
            updates.Add(update);
        ChatResponse response = await _chat.GetResponseAsync(_question, _options);
        Assert.Equal(response.Text, string.Concat(updates.Select(update => update.Text)));
        Assert.Single(updates, update => update.FinishReason is not null);
    }

    [Fact]
    public async Task InstructionsAreTheSystemsWords()
    {
        ChatResponse with = await _chat.GetResponseAsync(
            _question, new ChatOptions { Temperature = 0, MaxOutputTokens = 20, Instructions = "Answer in verse." });
        ChatResponse turn = await _chat.GetResponseAsync(
            [new ChatMessage(ChatRole.System, "Answer in verse."), .. _question], _options);
        Assert.Equal(turn.Usage!.InputTokenCount, with.Usage!.InputTokenCount);
        Assert.Equal(turn.Text, with.Text);
    }

    [Fact]
    public async Task StopSequencesAndLengthAreKept()
    {
        ChatResponse whole = await _chat.GetResponseAsync(_question, _options);
        string stop = whole.Text[(whole.Text.Length / 2)..][..3];
        ChatResponse stopped = await _chat.GetResponseAsync(
            _question, new ChatOptions { Temperature = 0, MaxOutputTokens = 20, StopSequences = [stop] });
        Assert.Equal(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)], stopped.Text);
        Assert.Equal(ChatFinishReason.Stop, stopped.FinishReason);
        ChatResponse cut = await _chat.GetResponseAsync(
            _question, new ChatOptions { Temperature = 0, MaxOutputTokens = 1 });
        Assert.Equal(ChatFinishReason.Length, cut.FinishReason);
    }

    [Fact]
    public async Task WhatIsNotSupportedIsNamed()
    {
        ChatMessage image = new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]);
        Assert.Contains("DataContent", (await Assert.ThrowsAsync<NotSupportedException>(
            () => _chat.GetResponseAsync([image]))).Message);
        ChatOptions tools = new() { Tools = [new HostedWebSearchTool()] };
        Assert.Contains("tools", (await Assert.ThrowsAsync<NotSupportedException>(
            () => _chat.GetResponseAsync(_question, tools))).Message);
        CallException error = await Assert.ThrowsAsync<CallException>(
            () => _chat.GetResponseAsync(_question, new ChatOptions { TopP = 7 }));
        Assert.Contains("top_p", error.Message);
    }

    [Fact]
    public void ServicesAreFoundByType()
    {
        Assert.Equal("sgl-tiny", _chat.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Same(silo.Client, _chat.GetService<SglClient>());
        Assert.Same(_chat, _chat.GetService<IChatClient>());
        Assert.Null(_chat.GetService<string>());
    }
}
