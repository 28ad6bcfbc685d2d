using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Models;

/// <summary>
/// Splits a word into the tokens whose log probabilities have the greatest sum (Viterbi). A character that is no token
/// counts as a little less likely than the least likely token.
/// </summary>
internal sealed class UnigramModel : WordModel
{
    private const double UnknownPenalty = 10;

    private readonly UnigramParts _parts;
    private readonly double _unknownScore;
    private readonly int _longest;
    private readonly int[] _byteTokens;
    private readonly WordCache _cache = new();

    public UnigramModel(UnigramParts parts)
    {
        _parts = parts;
        int[] ids = [.. Enumerable.Range(0, parts.Findable.Size).Where(parts.Findable.Contains)];
        _unknownScore = ids.Select(id => parts.Scores[id]).DefaultIfEmpty().Min() - UnknownPenalty;
        _longest = ids.Select(id => parts.Findable.Content(id).Length).DefaultIfEmpty().Max();
        _byteTokens = [.. Enumerable.Range(0, 256).Select(value => parts.Vocabulary.Find($"<0x{value:X2}>"))];
    }

    public override void Encode(ReadOnlySpan<char> word, List<int> output)
    {
        if (_cache.Find(word) is { } known)
        {
            output.AddRange(known.AsSpan());
            return;
        }

        var bytes = new byte[Encoding.UTF8.GetByteCount(word)];
        Encoding.UTF8.GetBytes(word, bytes);
        List<int> tokens = [];
        Append(bytes, BestPath(bytes), tokens);
        _cache.Add(word, [.. tokens]);
        output.AddRange(tokens);
    }

    /// <summary>For each end of a token on the way: its start and its id; -1 for a character that is none.</summary>
    private (int Start, int Id)[] BestPath(ReadOnlySpan<byte> bytes)
    {
        var scores = new double[bytes.Length + 1];
        Array.Fill(scores, double.NegativeInfinity, 1, bytes.Length);
        var steps = new (int Start, int Id)[bytes.Length + 1];
        for (int start = 0, next; start < bytes.Length; start = next)
        {
            Rune.DecodeFromUtf8(bytes[start..], out _, out var length);
            next = start + length;
            var isCovered = false;
            for (var end = next; end <= bytes.Length && end - start <= _longest;)
            {
                if (_parts.Findable.Find(bytes[start..end]) is var id and >= 0)
                {
                    Improve(start, end, id, _parts.Scores[id]);
                    isCovered |= end == next;
                }

                if (end == bytes.Length) break;
                Rune.DecodeFromUtf8(bytes[end..], out _, out length);
                end += length;
            }

            if (!isCovered) Improve(start, next, -1, _unknownScore);
        }

        return steps;

        void Improve(int start, int end, int id, double score)
        {
            if (scores[start] + score <= scores[end]) return;
            scores[end] = scores[start] + score;
            steps[end] = (start, id);
        }
    }

    private void Append(ReadOnlySpan<byte> bytes, (int Start, int Id)[] steps, List<int> tokens)
    {
        // From the end, so what is appended is turned round afterwards.
        var isUnknown = false;
        for (var end = bytes.Length; end > 0; end = steps[end].Start)
        {
            var (start, id) = steps[end];
            if (id >= 0)
            {
                tokens.Add(id);
            }
            else if (_parts.ByteFallback)
            {
                for (var i = end - 1; i >= start; i--) tokens.Add(_byteTokens[bytes[i]]);
            }
            else if (!isUnknown && _parts.Unknown >= 0)
            {
                tokens.Add(_parts.Unknown);
            }

            isUnknown = id < 0;
        }

        tokens.Reverse();
    }
}
