using System.Collections;
using Sgl.Engine.Cache;

namespace Sgl.Engine.Scheduling;

/// <summary>
/// The sequences that are decoding: each takes one slot and gives one token a step. One whose last token is promised
/// only waits for it.
/// </summary>
internal sealed class DecodeSet(PrefixCache cache) : IReadOnlyCollection<Sequence>
{
    private readonly List<Sequence> _sequences = [];

    public int Count => _sequences.Count;

    public void Add(Sequence sequence)
    {
        sequence.State = SequenceState.Decoding;
        _sequences.Add(sequence);
    }

    public void Remove(Sequence sequence) => _sequences.Remove(sequence);

    public void AddTo(Batch batch)
    {
        foreach (Sequence sequence in _sequences)
        {
            if (sequence.Remaining == 0)
                continue;
            cache.Grow(sequence.Kv, 1);
            batch.Add(sequence, 1);
        }
    }

    public IEnumerator<Sequence> GetEnumerator() => _sequences.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
