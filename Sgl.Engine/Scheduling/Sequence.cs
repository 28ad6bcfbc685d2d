using System.Diagnostics;
using System.Threading.Channels;
using Sgl.Engine.Cache;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;
using Sgl.Engine.Sampling.Grammar;

namespace Sgl.Engine.Scheduling;

/// <summary>
/// One request on its way through the engine: its tokens, what it holds of the KV pool, and the channel to its
/// consumer. The loop thread owns it; the consumer touches <see cref="Chunks"/> alone.
/// </summary>
internal sealed class Sequence
{
    private readonly Channel<TokenChunk> _chunks;
    private readonly long _arrival = Stopwatch.GetTimestamp();
    private readonly List<PositionLogprobs> _promptLogprobs = [];
    private int[] _tokens;
    private int _promptLogprobsLaunched;
    private int _published;

    /// <param name="request">Already validated.</param>
    /// <param name="cacheSpace">Namespace of its keys in the prefix cache.</param>
    /// <param name="grammar">The request's grammar, or null.</param>
    /// <exception cref="ArgumentException">The resumed tokens are not of the grammar.</exception>
    public Sequence(GenerateRequest request, int cacheSpace, CompiledGrammar? grammar = null)
    {
        Request = request;
        CacheSpace = cacheSpace;
        Length = KnownLength = request.Prompt.Length + request.Resumed.Length;
        _tokens = [.. request.Prompt.Span, .. request.Resumed.Span];
        _published = request.Resumed.Length;
        if (grammar is not null)
            Matcher = grammar.Start.Accept(request.Resumed.Span) ?? throw new ArgumentException(
                $"The resumed tokens of request {request.Id} are not of its grammar.", nameof(request));

        // Every token may be a chunk of its own, and the end one more: the loop never finds the channel full.
        _chunks = Channel.CreateBounded<TokenChunk>(new BoundedChannelOptions(request.Sampling.MaxNewTokens + 2)
        {
            SingleReader = true,
        });
        if (request.Logprobs?.PromptStart == 0)
            _promptLogprobs.Add(new PositionLogprobs(_tokens[0], null, []));
        _promptLogprobsLaunched = _promptLogprobs.Count;
    }

    public GenerateRequest Request { get; }

    public int CacheSpace { get; }

    public KvSlots Kv { get; } = new();

    /// <summary>Where the known output stands in the request's grammar; null when it has none.</summary>
    public GrammarMatcher? Matcher { get; private set; }

    public ChannelReader<TokenChunk> Chunks => _chunks.Reader;

    public SequenceState State { get; set; } = SequenceState.Waiting;

    /// <summary>Place in the order of arrival; a retracted sequence gets a new one.</summary>
    public long Ticket { get; set; }

    /// <summary>Prompt and output, promised tokens included.</summary>
    public int Length { get; private set; }

    /// <summary>Prompt and output as far as the host knows it: steps under way have promised the rest.</summary>
    public int KnownLength { get; private set; }

    /// <summary>Steps under way have yet to give it tokens.</summary>
    public bool HasPromises => Length > KnownLength;

    public int PromptLength => Request.Prompt.Length;

    public int OutputLength => Length - PromptLength;

    /// <summary>[Length]; a promised token is the <see cref="Execution.Pass.Drawn"/> of its row.</summary>
    public ReadOnlyMemory<int> Tokens => _tokens.AsMemory(0, Length);

    public ReadOnlyMemory<int> Output => _tokens.AsMemory(PromptLength, OutputLength);

    /// <summary>Tokens that have yet to go through the model.</summary>
    public int Pending => Length - Kv.Computed;

    /// <summary>Tokens that may still be generated, besides those promised.</summary>
    public int Remaining => Request.Sampling.MaxNewTokens - OutputLength;

    /// <summary>The host knows all the tokens that the request may have.</summary>
    public bool IsAtLength => KnownLength - PromptLength == Request.Sampling.MaxNewTokens;

    /// <summary>Seconds it waited for its first step; null before that.</summary>
    public double? QueueSeconds { get; private set; }

    public int CachedTokens { get; private set; }

    public int Retractions { get; private set; }

    /// <summary>
    /// The next prompt position whose log probability no step has been asked for; the prompt's length when none is
    /// left. It is read off the logits of the position before.
    /// </summary>
    public int NextPromptLogprob =>
        Request.Logprobs is { } wanted ? wanted.PromptStart + _promptLogprobsLaunched : PromptLength;

    /// <summary>
    /// The tokens that a cached prefix may cover: all but the last, whose logits are needed, and none whose logits give
    /// a prompt log probability.
    /// </summary>
    public ReadOnlySpan<int> Matchable
    {
        get
        {
            int next = NextPromptLogprob;
            return _tokens.AsSpan(0, next < PromptLength ? next - 1 : Length - 1);
        }
    }

    /// <summary>The first admission.</summary>
    public void Start()
    {
        QueueSeconds = Stopwatch.GetElapsedTime(_arrival).TotalSeconds;
        CachedTokens = Math.Min(Kv.Computed, PromptLength);
    }

    public void Retract()
    {
        State = SequenceState.Waiting;
        Retractions++;
    }

    /// <summary>A step computes the log probabilities of so many prompt positions more.</summary>
    public void LaunchPromptLogprobs(int count) => _promptLogprobsLaunched += count;

    public void AddPromptLogprob(SampledToken token) =>
        _promptLogprobs.Add(new PositionLogprobs(token.Token, token.Logprob, token.Top));

    /// <summary>A step under way draws the next token, in row <paramref name="row"/> of those that sample.</summary>
    public void Promise(int row)
    {
        if (Length == _tokens.Length)
            Array.Resize(ref _tokens, Math.Min(2 * Length, PromptLength + Request.Sampling.MaxNewTokens));
        _tokens[Length++] = Execution.Pass.Drawn(row);
    }

    /// <summary>The oldest promise is kept.</summary>
    /// <returns>False, and nothing is kept, when the grammar does not allow the token.</returns>
    public bool TryKeep(int token)
    {
        if (Matcher is not null)
        {
            if (Matcher.Accept(token) is not GrammarMatcher next)
                return false;
            Matcher = next;
        }
        _tokens[KnownLength++] = token;
        return true;
    }

    /// <summary>Sends the consumer the tokens it has not seen; with a finish, this is the last it hears.</summary>
    public void Publish(IReadOnlyList<PositionLogprobs> logprobs, FinishReason? finish)
    {
        bool first = _published == Request.Resumed.Length;
        _chunks.Writer.TryWrite(new TokenChunk
        {
            // Tokens are only ever appended, so the consumer may read this part while the loop writes on.
            Tokens = Output[_published..(KnownLength - PromptLength)],
            Logprobs = logprobs,
            PromptLogprobs = first ? _promptLogprobs : [],
            CachedTokens = CachedTokens,
            Retractions = Retractions,
            QueueSeconds = QueueSeconds ?? 0,
            Finish = finish,
        });
        _published = KnownLength - PromptLength;
        if (finish is not null)
            _chunks.Writer.TryComplete();
    }

    /// <summary>Ends the consumer's wait with an error; safe from any thread.</summary>
    public void Fail(Exception error) => _chunks.Writer.TryComplete(error);
}
