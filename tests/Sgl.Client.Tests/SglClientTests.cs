using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sgl.Grains.Abstractions;

namespace Sgl.Client.Tests;

public sealed class SglClientTests(OneSilo silo) : IClassFixture<OneSilo>
{
    private static readonly ChatTurn[] _question = [new("user", "What is the capital of France?")];

    [Fact]
    public async Task AChatIsAnsweredAsOverHttp()
    {
        ChatCall call = new() { Messages = _question, Options = new() { Temperature = 1, Seed = 7, MaxTokens = 24 } };
        List<AnswerPart> parts = await AllAsync(silo.Client.ChatAsync(call));
        JsonNode answer = await PostAsync("v1/chat/completions", new JsonObject
        {
            ["model"] = "sgl-tiny",
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = _question[0].Text }),
            ["temperature"] = 1,
            ["seed"] = 7,
            ["max_completion_tokens"] = 24,
        });
        Assert.Equal(answer["choices"]![0]!["message"]!["content"]!.GetValue<string>(), Text(parts));
        Assert.Equal(answer["choices"]![0]!["finish_reason"]!.GetValue<string>(), parts[^1].Finish);
        Assert.Equal(answer["usage"]!["prompt_tokens"]!.GetValue<int>(), parts[^1].PromptTokens);
        Assert.Equal(answer["usage"]!["completion_tokens"]!.GetValue<int>(), parts.Sum(part => part.Tokens.Length));
        Assert.All(parts.SkipLast(1), part => Assert.Null(part.Finish));
    }

    [Fact]
    public async Task TokensAreContinuedAsOverHttp()
    {
        int[] prompt = [.. Enumerable.Range(600, 40)];
        CallOptions options = new() { MaxTokens = 48, Temperature = 0, IgnoreEos = true };
        List<AnswerPart> parts =
            await AllAsync(silo.Client.GenerateAsync(new GenerateCall { Tokens = prompt, Options = options }));
        JsonNode answer = await PostAsync("generate", new JsonObject
        {
            ["input_ids"] = new JsonArray([.. prompt.Select(token => (JsonNode)token)]),
            ["sampling_params"] =
                new JsonObject { ["max_new_tokens"] = 48, ["temperature"] = 0, ["ignore_eos"] = true },
        });
        Assert.Equal(
            answer["output_ids"]!.AsArray().Select(token => token!.GetValue<int>()),
            parts.SelectMany(part => part.Tokens));
        Assert.Equal(answer["text"]!.GetValue<string>(), Text(parts));
        Assert.Equal("length", parts[^1].Finish);
    }

    [Fact]
    public async Task ACallWithoutASeedIsGivenOne()
    {
        CallOptions options = new() { MaxTokens = 32, Temperature = 1, IgnoreEos = true };
        GenerateCall call = new() { Text = "Once", Options = options };
        string first = Text(await AllAsync(silo.Client.GenerateAsync(call)));
        Assert.NotEqual(first, Text(await AllAsync(silo.Client.GenerateAsync(call))));
    }

    [Fact]
    public async Task WhatIsWrongIsSaidInWordsOfTheRequest()
    {
        GenerateCall hot = new() { Text = "Once", Options = new() { Temperature = -1 } };
        CallException error = await Assert.ThrowsAsync<CallException>(() => AllAsync(silo.Client.GenerateAsync(hot)));
        Assert.Equal(CallFault.Invalid, error.Fault);
        Assert.Contains("temperature", error.Message);
        error = await Assert.ThrowsAsync<CallException>(
            () => AllAsync(silo.Client.GenerateAsync(new GenerateCall { Text = "a", Tokens = [1] })));
        Assert.Contains("both", error.Message);
    }

    [Fact]
    public async Task AModelThatIsNotServedIsNamed()
    {
        SglClient other = silo.Client.For("other/model");
        CallException error = await Assert.ThrowsAsync<CallException>(
            () => AllAsync(other.ChatAsync(new ChatCall { Messages = _question })));
        Assert.Contains("'other/model'", error.Message);
        Assert.Contains("sgl-tiny", error.Message);
    }

    [Fact]
    public async Task ACallerThatLeavesIsNotWaitedFor()
    {
        GenerateCall call = new() { Text = "Once", Options = new() { MaxTokens = 1900, IgnoreEos = true } };
        using CancellationTokenSource leave = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (AnswerPart part in silo.Client.GenerateAsync(call, leave.Token))
                await leave.CancelAsync();
        });
        while (true)
        {
            JsonNode cluster = JsonNode.Parse(await silo.Http.GetStringAsync("cluster"))!;
            if (cluster["model"]!["running_streams"]!.GetValue<int>() == 0)
                break;
            await Task.Delay(20);
        }
    }

    internal static string Text(IEnumerable<AnswerPart> parts) => string.Concat(parts.Select(part => part.Text));

    private static async Task<List<AnswerPart>> AllAsync(IAsyncEnumerable<AnswerPart> parts)
    {
        List<AnswerPart> all = [];
        await foreach (AnswerPart part in parts)
            all.Add(part);
        return all;
    }

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        HttpResponseMessage response = await silo.Http.PostAsJsonAsync(path, body);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }
}
