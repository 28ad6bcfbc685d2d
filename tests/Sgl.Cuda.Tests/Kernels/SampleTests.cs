using Sgl.Cuda.Kernels;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Cuda.Tests.Kernels;

public sealed class SampleTests
{
    private static readonly int[] _prompt = [1, 2, 3], _output = [5, 5, 99];

    [Fact]
    public void OnlyWhatARowAsksForIsListed()
    {
        Sample.TokenLists lists = new();
        Sample.SampleRow row = lists.Describe(Row(new SamplingParams { MaxNewTokens = 1 }), 50);
        Assert.Empty(lists.Tokens);
        Assert.False(lists.HasPenalties);
        Assert.Equal((-1, 0, 0), (row.Token, row.Seen.Count, row.Output.Count));
        Assert.Equal(Philox.Uniform(7, 3), row.Uniform);
    }

    [Fact]
    public void ListsLieBehindEachOtherWithoutIdsBeyondTheVocabulary()
    {
        Sample.TokenLists lists = new();
        SamplingParams parameters = new()
        {
            MaxNewTokens = 9,
            MinNewTokens = 4,
            StopTokens = [8, 60],
            FrequencyPenalty = 1,
            RepetitionPenalty = 1.5f,
            LogitBias = new Dictionary<int, float> { [4] = 0.5f, [70] = 1 },
        };
        Sample.SampleRow first = lists.Describe(Row(parameters), 50), second = lists.Describe(Row(parameters), 50);
        Assert.True(lists.HasPenalties);
        Assert.Equal([4], Part(lists, first.Bias));
        Assert.Equal([9, 8], Part(lists, first.Forbidden));
        Assert.Equal([5, 5], Part(lists, first.Output));
        Assert.Equal([1, 2, 3, 5, 5], Part(lists, second.Seen));
        Assert.Equal(0.5f, lists.Values[second.Bias.Start]);
    }

    [Fact]
    public void AMaskTakesTheWordsOfTheVocabularyWhateverItsLength()
    {
        Sample.TokenLists lists = new();
        SamplingRow row = Row(new SamplingParams { MaxNewTokens = 9 });
        Assert.Equal(default, lists.Describe(row, 50).Allowed);
        Sample.Range shorter = lists.Describe(row with { Allowed = (uint[])[7] }, 50).Allowed;
        Sample.Range longer = lists.Describe(row with { Allowed = (uint[])[1, 2, 3] }, 50).Allowed;
        Assert.Equal((0, 2, 2, 2), (shorter.Start, shorter.Count, longer.Start, longer.Count));
        Assert.Equal([7, 0, 1, 2], lists.Allowed);
    }

    [Fact]
    public void ATokenThatOnlyTheDeviceKnowsIsListedAsWhatItIs()
    {
        Sample.TokenLists lists = new();
        SamplingParams parameters = new() { MaxNewTokens = 9, PresencePenalty = 1 };
        SamplingRow row = Row(parameters) with { Output = (int[])[5, Pass.Drawn(3)] };
        Assert.Equal([5, Pass.Drawn(3)], Part(lists, lists.Describe(row, 50).Output));
    }

    private static IEnumerable<int> Part(Sample.TokenLists lists, Sample.Range range) =>
        lists.Tokens.Skip(range.Start).Take(range.Count);

    private static SamplingRow Row(SamplingParams parameters) => new(parameters, [9], 7, _prompt, _output, 0);
}
