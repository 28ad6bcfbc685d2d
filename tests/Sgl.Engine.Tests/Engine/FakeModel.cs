using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Engine;

/// <summary>
/// A model whose logits are a hash of the whole context, read back through the KV slots: a wrong slot, position or
/// reuse of the cache gives other tokens, or is caught outright. Runs on the real CPU operations.
/// </summary>
/// <param name="keysDependOnLength">Hash the length that each key was computed for, too.</param>
internal sealed class FakeModel(bool keysDependOnLength = false) : ICausalModel
{
    public const int Vocabulary = 64;

    /// <summary>Never likely by itself.</summary>
    public const int EndToken = 63;

    /// <summary>Called on the engine's thread before each step.</summary>
    public Action<Pass>? BeforeForward { get; set; }

    /// <summary>Every logit is not a number.</summary>
    public bool BreakLogits { get; set; }

    public ModelConfig Config { get; } = new()
    {
        Architecture = "FakeForCausalLM",
        ModelType = "fake",
        VocabularySize = Vocabulary,
        ContextLength = 4096,
        EndTokens = [EndToken],
    };

    public IReadOnlyList<int> KvWidths { get; init; } = [3];

    public KeySharing KeySharing => keysDependOnLength ? new(0, LongOnesShare: false) : KeySharing.All;

    public Tensor Forward(IOps ops, Pass pass, IReadOnlyList<KvLayer> cache)
    {
        BeforeForward?.Invoke(pass);
        Tensor keys = cache[0].Keys;
        for (int row = 0; row < pass.TokenCount && pass.Slots[row] >= 0; row++)
            ((float[])[pass.Tokens[row], pass.Positions[row], pass.RopeLengths[row]]).CopyTo(keys.Row(pass.Slots[row]));

        Tensor hidden = ops.Scratch(pass.TokenCount, 2);
        foreach (PassSequence sequence in pass.Sequences)
        {
            uint hash = 0;
            int first = sequence.Slots.Length - sequence.QueryCount;
            for (int position = 0; position < sequence.Slots.Length; position++)
            {
                Span<float> key = keys.Row(sequence.Slots.Span[position]);
                if (key[1] != position)
                    throw new InvalidOperationException($"Position {position} reads the key of {key[1]}.");
                hash = Extend(hash, (int)key[0], keysDependOnLength ? (int)key[2] : 0);
                if (position < first)
                    continue;
                int row = sequence.QueryStart + position - first;
                if (pass.Positions[row] != position)
                    throw new InvalidOperationException($"Row {row} is at {pass.Positions[row]}, not {position}.");
                ((float[])[hash >> 16, hash & 0xFFFF]).CopyTo(hidden.Row(row));
            }
        }
        return hidden;
    }

    public Tensor Logits(IOps ops, Tensor hidden)
    {
        Tensor logits = ops.Scratch(hidden.Rows, Vocabulary);
        for (int row = 0; row < hidden.Rows; row++)
        {
            FillLogits(((uint)hidden.Row(row)[0] << 16) | (uint)hidden.Row(row)[1], logits.Row(row));
            if (BreakLogits)
                logits.Row(row).Fill(float.NaN);
        }
        return logits;
    }

    /// <summary>What greedy decoding must give, without any engine.</summary>
    public int[] Greedy(ReadOnlySpan<int> prompt, int count)
    {
        List<int> tokens = [.. prompt];
        float[] logits = new float[Vocabulary];
        for (int i = 0; i < count; i++)
        {
            FillLogits(HashOf(tokens, prompt.Length), logits);
            tokens.Add(logits.IndexOf(logits.Max()));
        }
        return [.. tokens[prompt.Length..]];
    }

    /// <summary>The log probability of the token at <paramref name="position"/> of a prompt.</summary>
    public double Logprob(int[] prompt, int position)
    {
        float[] logits = new float[Vocabulary];
        FillLogits(HashOf([.. prompt[..position]], prompt.Length), logits);
        return logits[prompt[position]] - Math.Log(logits.Sum(logit => Math.Exp(logit)));
    }

    private uint HashOf(List<int> tokens, int promptLength)
    {
        uint hash = 0;
        for (int i = 0; i < tokens.Count; i++)
            hash = Extend(hash, tokens[i], keysDependOnLength ? Math.Max(promptLength, i + 1) : 0);
        return hash;
    }

    private static void FillLogits(uint hash, Span<float> logits)
    {
        for (int token = 0; token < logits.Length; token++)
            logits[token] = Extend(hash, token, 1) / (float)uint.MaxValue * 4;
        logits[EndToken] = -100;
    }

    private static uint Extend(uint hash, int token, int length)
    {
        ulong mixed = ((hash + 1UL) * 0x9E3779B97F4A7C15) ^ ((ulong)(token + 1) * 0xBF58476D1CE4E5B9);
        mixed ^= (ulong)length << 7;
        mixed = (mixed ^ (mixed >> 31)) * 0x94D049BB133111EB;
        return (uint)(mixed >> 32);
    }
}
