namespace Sgl.Engine.Sampling.Grammar;

/// <summary>
/// The tokens as a trie over their bytes. Its nodes lie in preorder, so what is below a node lies right behind it, and
/// a walk that skips what is impossible only ever reads forward.
/// </summary>
internal sealed class TokenTrie
{
    private readonly int[] _tokenStarts;

    /// <param name="tokens">Their bytes by id; empty where a token has no text of its own.</param>
    public TokenTrie(IReadOnlyList<byte[]> tokens)
    {
        Tokens = [.. Enumerable.Range(0, tokens.Count).Where(id => tokens[id].Length > 0)];
        Array.Sort(Tokens, (a, b) =>
            tokens[a].AsSpan().SequenceCompareTo(tokens[b]) is var order and not 0 ? order : a.CompareTo(b));
        List<byte> labels = [];
        List<int> depths = [], starts = [], ends = [];
        Stack<int> path = new();
        ReadOnlySpan<byte> before = [];
        for (int i = 0; i < Tokens.Length; i++)
        {
            ReadOnlySpan<byte> token = tokens[Tokens[i]];
            int shared = before.CommonPrefixLength(token);
            while (path.Count > shared)
                ends[path.Pop()] = labels.Count;
            for (int depth = shared; depth < token.Length; depth++)
            {
                path.Push(labels.Count);
                labels.Add(token[depth]);
                depths.Add(depth);
                // The nodes on the way to a token have none of their own: the next node begins with the same one.
                starts.Add(i);
                ends.Add(0);
            }
            before = token;
            Depth = Math.Max(Depth, token.Length);
        }
        foreach (int node in path)
            ends[node] = labels.Count;
        starts.Add(Tokens.Length);
        (Labels, Depths, _tokenStarts, Ends) = ([.. labels], [.. depths], [.. starts], [.. ends]);
    }

    /// <summary>Of the longest token, in bytes.</summary>
    public int Depth { get; }

    /// <summary>All that have bytes, in the order of these.</summary>
    public int[] Tokens { get; }

    /// <summary>By node: the byte that leads to it.</summary>
    public byte[] Labels { get; }

    /// <summary>By node: how many bytes come before that.</summary>
    public int[] Depths { get; }

    /// <summary>By node: the first one that is not below it.</summary>
    public int[] Ends { get; }

    /// <summary>The tokens whose last byte leads to the node.</summary>
    public ReadOnlySpan<int> TokensAt(int node) => Tokens.AsSpan(_tokenStarts[node].._tokenStarts[node + 1]);
}
