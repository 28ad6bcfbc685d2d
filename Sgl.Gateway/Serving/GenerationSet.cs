using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Sgl.Gateway.Metrics;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Serving;

/// <summary>
/// The generations of one HTTP request, side by side. Each takes turns: it runs until it has news, waits until its news
/// were taken, and runs on. So nothing piles up behind a slow client, and no generation is touched by two threads.
/// </summary>
internal sealed class GenerationSet : IAsyncDisposable
{
    private readonly LiveRequests _registry;
    private readonly LiveRequest[] _live;
    private readonly Generation[] _all;
    private readonly Task[] _turns;
    private readonly Channel<int> _news = Channel.CreateUnbounded<int>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });
    private int _running;
    private int _taken = -1;
    private ExceptionDispatchInfo? _failure;

    public GenerationSet(
        GenerationPlan plan, ServedModel served, LiveRequests registry, GenerationMetrics metrics,
        CancellationToken client, IReadOnlyList<SentMark>? resumeAt = null)
    {
        (Plan, _registry) = (plan, registry);
        _live = registry.Add(plan, client);
        int perPrompt = plan.Generations.Count / plan.Prompts.Count;
        (int, int) perEvent = plan.Stream
            ? (plan.StreamInterval, served.Options.Limits.TokensPerEvent) : (int.MaxValue / 2, int.MaxValue / 2);
        _all = [.. plan.Generations.Select(
            planned => new Generation(
                planned, served, _live[planned.Index / perPrompt],
                new GenerationWatch(metrics, planned, plan.Stream), perEvent, resumeAt?[planned.Index] ?? default))];
        _running = _all.Length;
        _turns = new Task[_all.Length];
        for (int i = 0; i < _all.Length; i++)
            _turns[i] = TakeTurnAsync(i);
    }

    public GenerationPlan Plan { get; }

    public IReadOnlyList<Generation> All => _all;

    /// <summary>A generation with news, if there is one at once. Taking the next one lets this one run on.</summary>
    public bool TryTake([NotNullWhen(true)] out Generation? generation)
    {
        if (_taken >= 0)
            LetRunOn(_taken);
        _taken = -1;
        generation = null;
        if (!_news.Reader.TryRead(out int index))
            return false;
        _failure?.Throw();
        _taken = index;
        generation = _all[index];
        return true;
    }

    /// <summary>Waits for news; false when every generation has ended and was taken.</summary>
    /// <exception cref="Exception">What the first generation to fail failed with; the others are to be given
    /// up.</exception>
    public async ValueTask<bool> WaitAsync()
    {
        bool any = await _news.Reader.WaitToReadAsync();
        _failure?.Throw();
        return any;
    }

    /// <summary>Ends what still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (LiveRequest live in _live)
            live.Stop();
        await Task.WhenAll(_turns);
        foreach (Generation generation in _all)
            await generation.DisposeAsync();
        _registry.Remove(_live);
    }

    private void LetRunOn(int index)
    {
        if (_all[index].Finish is null)
            _turns[index] = TakeTurnAsync(index);
        else if (--_running == 0)
            _news.Writer.TryComplete();
    }

    private async Task TakeTurnAsync(int index)
    {
        try
        {
            await _all[index].AdvanceAsync();
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
        }

        _news.Writer.TryWrite(index);
    }
}
