using Sgl.Engine.Requests;

namespace Sgl.Engine.Scheduling;

/// <summary>
/// The part of their max_new_tokens that running sequences are expected to use: admission keeps so much of the pool for
/// them. It starts high, sinks as long as all goes well, and rises again when a retraction shows that it was too low.
/// </summary>
internal sealed class NewTokenRatio
{
    private const double Initial = 0.7;
    private const double Decay = 0.001;

    private readonly double _least;

    public NewTokenRatio(double conservativeness)
    {
        _least = Math.Min(0.1 * conservativeness, 1);
        OnIdle();
    }

    public double Value { get; private set; }

    public void OnIdle() => Value = Math.Max(Initial, _least);

    public void OnDecodeStep() => Value = Math.Max(Value - Decay, _least);

    /// <summary>Learns from those that a retraction left running.</summary>
    public void OnRetraction(IReadOnlyCollection<Sequence> running)
    {
        double expected = running.Sum(s => s.OutputLength + (double)EngineOptions.RetractionHeadroom);
        double most = running.Sum(s => (double)s.Request.Sampling.MaxNewTokens);
        Value = most > 0 ? Math.Min(expected / most, 1) : 1;
    }

    /// <summary>
    /// The tokens of the pool that a sequence has yet to take: its pending ones, and a part of those to come.
    /// </summary>
    /// <param name="clip">Most new tokens that are reckoned with.</param>
    public static double Outstanding(Sequence sequence, int clip, double ratio) =>
        sequence.Length - sequence.Kv.Count + Math.Min(sequence.Remaining, clip) * ratio;
}
