using Sgl.Engine.Requests;

namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// Compiles grammars away from the engine's thread, each once, and remembers those that were used last. Safe for
/// concurrent use.
/// </summary>
/// <param name="load">Makes the vocabulary when the first grammar is asked for.</param>
public sealed class GrammarCache(Func<GrammarVocabulary> load)
{
    private readonly Lazy<GrammarVocabulary> _vocabulary = new(load);
    private readonly Lock _lock = new();
    private readonly Dictionary<GrammarSpec, Entry> _entries = [];
    private long _uses;

    /// <exception cref="GrammarException">It cannot be used; the message says what is wrong, and where.</exception>
    public Task<CompiledGrammar> GetAsync(GrammarSpec grammar, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(grammar, out Entry? entry) || entry.Compiled.IsFaulted)
            {
                if (_entries.Count >= GrammarLimits.Grammars)
                    _entries.Remove(_entries.MinBy(known => known.Value.LastUse).Key);
                entry = new Entry(Task.Run(
                    () => CompiledGrammar.Compile(grammar, _vocabulary.Value), CancellationToken.None));
                _entries[grammar] = entry;
            }
            entry.LastUse = ++_uses;
            return entry.Compiled.WaitAsync(cancellationToken);
        }
    }

    private sealed class Entry(Task<CompiledGrammar> compiled)
    {
        public Task<CompiledGrammar> Compiled { get; } = compiled;

        public long LastUse { get; set; }
    }
}
