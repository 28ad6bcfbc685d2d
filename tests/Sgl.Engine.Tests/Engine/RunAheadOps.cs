using Sgl.Engine.Execution;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Tests.Engine;

/// <summary>
/// The CPU's operations behind the contract of a device that runs ahead: drawn tokens are told only when they are asked
/// for, come back as <see cref="Pass.Drawn"/> meanwhile, and passes of decodes are padded.
/// </summary>
internal sealed class RunAheadOps(params int[] replaySizes) : WrappedOps
{
    private SampledToken[] _drawn = [];

    /// <summary>Passes that came with a drawn token.</summary>
    public int PassesAhead { get; private set; }

    /// <summary>Sizes of the passes that were replayed.</summary>
    public List<int> Replayed { get; } = [];

    public override bool RunsAhead => true;

    public override IReadOnlyList<int> ReplaySizes => replaySizes;

    public override void Begin(Pass pass)
    {
        for (int i = 0; i < pass.TokenCount; i++)
        {
            PassesAhead += pass.Tokens[i] < 0 ? 1 : 0;
            pass.Tokens[i] = Resolve(pass.Tokens[i]);
        }
        // The CPU knows no padding; the fake model leaves it out by itself.
        int count = pass.Slots.Count(slot => slot >= 0);
        base.Begin(count == pass.TokenCount ? pass : new Pass
        {
            Tokens = pass.Tokens[..count],
            Positions = pass.Positions[..count],
            RopeLengths = pass.RopeLengths[..count],
            Slots = pass.Slots[..count],
            Sequences = pass.Sequences[..count],
        });
    }

    public override Tensor Replay(Pass pass, Func<Tensor> forward)
    {
        Assert.Contains(pass.TokenCount, replaySizes);
        Assert.All(pass.Sequences, sequence => Assert.Equal(1, sequence.QueryCount));
        Replayed.Add(pass.TokenCount);
        return forward();
    }

    public override Func<SampledToken[]> Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows)
    {
        SamplingRow[] resolved = [.. rows.ToArray().Select(row => row with
        {
            Output = row.Output.ToArray().Select(Resolve).ToArray(),
        })];
        SampledToken[] drawn = _drawn = base.Sample(logits, resolved)();
        return () => drawn;
    }

    private int Resolve(int token) => token >= 0 ? token : _drawn[-1 - token].Token;
}
