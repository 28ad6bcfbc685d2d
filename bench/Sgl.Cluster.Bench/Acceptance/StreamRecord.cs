using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sgl.Cluster.Bench.Acceptance;

/// <summary>Reads the lines of /generate's event stream; each event has all of its choice's tokens so far.</summary>
internal sealed class StreamRecord
{
    private readonly Action<int> _onTokens;
    private readonly JsonObject?[] _last;
    private readonly int[] _tokens;
    private readonly long[] _heard;
    private readonly long _start = Stopwatch.GetTimestamp();
    private string? _eventId;
    private double? _firstTokenSeconds;
    private double _largestGap;

    public StreamRecord(int choices, Action<int> onTokens)
    {
        _onTokens = onTokens;
        _last = new JsonObject?[choices];
        _tokens = new int[choices];
        _heard = new long[choices];
    }

    public bool IsDone { get; private set; }

    public string? LastEventId { get; private set; }

    public string? Error { get; private set; }

    public string Refusal { get; set; } = "";

    public int Reconnects { get; set; }

    public int Refusals { get; set; }

    public void Take(string line)
    {
        if (line.StartsWith("id:", StringComparison.Ordinal))
            _eventId = line[3..].Trim();
        else if (line.StartsWith("data: [DONE]", StringComparison.Ordinal))
            IsDone = true;
        else if (line.StartsWith("data:", StringComparison.Ordinal))
            Take(JsonNode.Parse(line[5..])!.AsObject());
        else if (line.Length == 0 && _eventId is not null)
            LastEventId = _eventId;
    }

    public StreamOutcome Outcome(string? error) => new()
    {
        Answers = [.. _last.Select(Answer)],
        FirstTokenSeconds = _firstTokenSeconds ?? 0,
        LargestGapSeconds = _largestGap,
        Reconnects = Reconnects,
        Refusals = Refusals,
        Error = error ?? (_last.Any(last => last?["meta_info"]?["finish_reason"] is null) ? "it has no end" : null),
    };

    private void Take(JsonObject news)
    {
        if (news["error"] is { } error)
        {
            Error = error.ToJsonString();
            return;
        }
        int index = news["index"]?.GetValue<int>() ?? 0;
        int count = news["output_ids"]!.AsArray().Count;
        long now = Stopwatch.GetTimestamp();
        _firstTokenSeconds ??= Stopwatch.GetElapsedTime(_start).TotalSeconds;
        if (count < _tokens[index])
            Error = $"choice {index} had {_tokens[index]} tokens and now has {count}";
        if (count > _tokens[index])
        {
            if (_tokens[index] > 0)
                _largestGap = Math.Max(_largestGap, Stopwatch.GetElapsedTime(_heard[index], now).TotalSeconds);
            _onTokens(count - _tokens[index]);
            (_tokens[index], _heard[index]) = (count, now);
        }
        _last[index] = news;
    }

    private static string Answer(JsonObject? last) => last is null ? "nothing" : new JsonObject
    {
        ["output_ids"] = last["output_ids"]!.DeepClone(),
        ["text"] = last["text"]!.DeepClone(),
        ["finish_reason"] = last["meta_info"]!["finish_reason"]?.DeepClone(),
        ["logprobs"] = last["meta_info"]!["output_token_logprobs"]?.DeepClone(),
        ["top"] = last["meta_info"]!["output_top_logprobs"]?.DeepClone(),
    }.ToJsonString();
}
