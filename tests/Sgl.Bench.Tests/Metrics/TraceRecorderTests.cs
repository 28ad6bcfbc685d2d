using Sgl.Bench.Http;
using Sgl.Bench.Metrics;

namespace Sgl.Bench.Tests.Metrics;

public sealed class TraceRecorderTests
{
    [Fact]
    public void A_gap_is_shared_out_among_the_tokens_of_its_chunk()
    {
        TraceRecorder recorder = new(countsEveryChunk: true);
        recorder.Add(0.25, Counting(1));
        recorder.Add(0.5, Counting(2));
        recorder.Add(0.75, Counting(2));
        recorder.Add(1.25, Counting(5));
        RequestTrace trace = recorder.Finish(10);

        Assert.Null(trace.Error);
        Assert.Equal((10, 5), (trace.PromptTokens, trace.OutputTokens));
        Assert.Equal(0.25, trace.FirstTokenSeconds);
        Assert.Equal(1.25, trace.LatencySeconds);
        Assert.Equal([0.25, 0.25, 0.25, 0.25], trace.TokenGaps);
        Assert.Equal(0.25, trace.SecondsPerOutputToken);
    }

    [Fact]
    public void Where_chunks_do_not_count_each_with_text_is_a_gap_and_usage_has_the_last_word()
    {
        TraceRecorder recorder = new(countsEveryChunk: false);
        recorder.Add(0.125, new StreamChunk(false, null, null, null));
        recorder.Add(0.5, new StreamChunk(true, null, null, null));
        recorder.Add(1, new StreamChunk(true, null, null, null));
        recorder.Add(1.5, new StreamChunk(false, 4, 12, null));
        RequestTrace trace = recorder.Finish(10);

        Assert.Equal((12, 4), (trace.PromptTokens, trace.OutputTokens));
        Assert.Equal((0.5, 1), (trace.FirstTokenSeconds, trace.LatencySeconds));
        Assert.Equal([0.5], trace.TokenGaps);
        Assert.Equal(0.5 / 3, trace.SecondsPerOutputToken!.Value, 12);
    }

    [Fact]
    public void A_first_chunk_of_several_tokens_has_no_gaps_and_one_token_no_tpot()
    {
        TraceRecorder several = new(countsEveryChunk: true);
        several.Add(2, Counting(3));
        Assert.Empty(several.Finish(1).TokenGaps);
        Assert.Equal(0, several.Finish(1).SecondsPerOutputToken);

        TraceRecorder one = new(countsEveryChunk: true);
        one.Add(2, Counting(1));
        Assert.Null(one.Finish(1).SecondsPerOutputToken);
    }

    [Fact]
    public void A_stream_without_a_token_is_an_error() =>
        Assert.NotNull(new TraceRecorder(countsEveryChunk: true).Finish(1).Error);

    private static StreamChunk Counting(int tokens) => new(true, tokens, null, null);
}
