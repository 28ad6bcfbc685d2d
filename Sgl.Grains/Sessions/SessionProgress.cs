using System.Diagnostics;
using Sgl.Engine.Requests;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Sessions;

/// <summary>Keeps the record of one generation up to date while it runs, without ever holding it up.</summary>
internal sealed class SessionProgress(SessionStore store, GenerateRequest request, TimeSpan interval)
{
    private readonly List<int> _output = [];
    private long _saved = Stopwatch.GetTimestamp();
    private Task _saving = Task.CompletedTask;

    /// <summary>
    /// What another gateway saved of this very request; null when there is nothing that could be gone on from. Log
    /// probabilities are not saved: such a request begins anew, and comes to the same tokens.
    /// </summary>
    public async ValueTask<SessionTurn?> FindAsync() =>
        request.Logprobs is null
        && await store.FindAsync(request.Session!, request.Id).ConfigureAwait(false) is { Output.Length: > 0 } turn
        && turn.Seed == request.Seed && turn.Prompt.AsSpan().SequenceEqual(request.Prompt.Span) ? turn : null;

    /// <summary>Adds a chunk; saves when it is time to, and at the end.</summary>
    public void Take(TokenChunk chunk)
    {
        bool first = _output.Count == 0;
        _output.AddRange(chunk.Tokens.Span);
        bool isTime = first || (_saving.IsCompleted && Stopwatch.GetElapsedTime(_saved) > interval);
        if (!isTime && chunk.Finish is null)
            return;
        _saved = Stopwatch.GetTimestamp();
        SessionTurn turn = new()
        {
            Request = request.Id,
            Seed = request.Seed,
            Prompt = request.Prompt.ToArray(),
            Output = [.. _output],
            Finish = Wire.ToWire(chunk.Finish),
        };
        _saving = SaveAfterAsync(_saving, turn);
    }

    /// <summary>One after another, so that an older state does not overtake a newer one.</summary>
    private async Task SaveAfterAsync(Task before, SessionTurn turn)
    {
        await before.ConfigureAwait(false);
        await store.SaveAsync(request.Session!, turn).ConfigureAwait(false);
    }
}
