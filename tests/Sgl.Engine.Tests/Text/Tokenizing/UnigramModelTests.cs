using System.Text;
using Sgl.Engine.Text.Tokenizing.Models;

namespace Sgl.Engine.Tests.Text.Tokenizing;

public sealed class UnigramModelTests
{
    /// <summary>Random vocabularies and words, against every way to cut the word.</summary>
    [Fact]
    public void TheSumOfScoresIsTheGreatestThereIs()
    {
        var random = new Random(5);
        for (int round = 0; round < 200; round++)
        {
            var vocabulary = new Vocabulary();
            List<double> scores = [];
            foreach (string token in new[] { "a", "b", "\u00E4", "ab", "ba", "aa", "abb", "b\u00E4", "bab" })
            {
                if (token.Length > 1 && random.Next(3) == 0)
                    continue;
                vocabulary.Add(Encoding.UTF8.GetBytes(token), scores.Count);
                scores.Add(-10 * random.NextDouble());
            }
            string word = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => "ab\u00E4"[random.Next(3)]));
            List<int> tokens = [];
            new UnigramParts(vocabulary, vocabulary, scores, Unknown: -1, ByteFallback: false)
                .Build(byteLevel: false).Encode(word, tokens);
            Assert.Equal(word, string.Concat(tokens.Select(id => Encoding.UTF8.GetString(vocabulary.Content(id)))));
            Assert.Equal(Best(word, vocabulary, scores), tokens.Sum(id => scores[id]), 9);
        }
    }

    [Theory]
    [InlineData(true, new[] { 1, 2, 0 })]
    [InlineData(false, new[] { 7, 0 })]
    public void WhatIsNoTokenBecomesItsBytesOrOneUnknown(bool byteFallback, int[] expected)
    {
        var (all, findable) = (new Vocabulary(), new Vocabulary());
        findable.Add("a"u8, 0);
        foreach (var (token, id) in new[] { ("a", 0), ("<0xC3>", 1), ("<0xA4>", 2), ("<unk>", 7) })
            all.Add(Encoding.UTF8.GetBytes(token), id);
        List<int> tokens = [];
        new UnigramParts(all, findable, [-1], Unknown: 7, byteFallback)
            .Build(byteLevel: false).Encode("\u00E4a", tokens);
        Assert.Equal(expected, tokens);
    }

    private static double Best(string word, Vocabulary vocabulary, List<double> scores) => word.Length == 0
        ? 0
        : Enumerable.Range(1, word.Length).Select(length => vocabulary.Find(word[..length]) is var id and >= 0
            ? scores[id] + Best(word[length..], vocabulary, scores)
            : double.NegativeInfinity).Max();
}
