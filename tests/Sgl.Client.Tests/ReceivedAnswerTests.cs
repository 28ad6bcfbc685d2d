using Sgl.Grains.Abstractions;

namespace Sgl.Client.Tests;

public sealed class ReceivedAnswerTests
{
    private readonly ReceivedAnswer _received = new();

    [Fact]
    public void WhatComesForTheFirstTimeIsNews()
    {
        Assert.Equal("ab", _received.Take(Part("ab", 1, 2))!.Text);
        Assert.Equal([3], _received.Take(Part("c", 3))!.Tokens);
        Assert.False(_received.IsComplete);
        Assert.Equal("stop", _received.Take(Part("") with { Finish = "stop" })!.Finish);
        Assert.True(_received.IsComplete);
    }

    [Fact]
    public void OfAnAnswerThatIsMadeAgainOnlyTheRestIsNews()
    {
        _received.Take(Part("ab", 1, 2));
        _received.Take(Part("c", 3));
        _received.Begin();
        Assert.Null(_received.Take(Part("a", 1)));
        AnswerPart rest = _received.Take(Part("bcde", 2, 3, 4, 5))!;
        Assert.Equal("de", rest.Text);
        Assert.Equal([4, 5], rest.Tokens);
        Assert.Equal("f", _received.Take(Part("f", 6))!.Text);
    }

    [Fact]
    public void ATryThatCameLessFarTakesNothingBack()
    {
        _received.Take(Part("abcd", 1, 2, 3));
        _received.Begin();
        _received.Take(Part("ab", 1));
        _received.Begin();
        Assert.Null(_received.Take(Part("abcd", 1, 2, 3)));
        Assert.Equal("e", _received.Take(Part("e", 4))!.Text);
    }

    private static AnswerPart Part(string text, params int[] tokens) => new()
    {
        Id = "r",
        Text = text,
        Tokens = tokens,
        PromptTokens = 1,
        CachedTokens = 0,
    };
}
