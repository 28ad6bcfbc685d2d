using Sgl.Engine.Models;

namespace Sgl.Bench.Devices;

/// <summary>
/// What a decoder must read and multiply at the least, whatever computes it. A step's floor is the longer of reading
/// its bytes and doing its products, each at the machine's rate.
/// </summary>
/// <param name="BodyElements">Weights that every token is multiplied with.</param>
/// <param name="HeadElements">The output head's, for tokens whose logits are needed.</param>
/// <param name="ElementBytes">Of a weight.</param>
/// <param name="KvBytes">Keys and values of one token.</param>
/// <param name="FlopPerPair">Attention's, for one query that sees one key, over all layers.</param>
internal sealed record ModelCost(
    double BodyElements, double HeadElements, double ElementBytes, double KvBytes, double FlopPerPair)
{
    /// <param name="weightBytes">Of all weights on the device.</param>
    /// <param name="elementBytes">Of one of them.</param>
    public static ModelCost Of(ModelConfig config, long weightBytes, int elementBytes, double kvBytes)
    {
        double head = (double)config.VocabularySize * config.HiddenSize;
        double embedding = config.TieWordEmbeddings ? 0 : head;
        double pair = 4.0 * config.Heads * config.HeadDim * config.Layers.Count;
        return new ModelCost(weightBytes / (double)elementBytes - head - embedding, head, elementBytes, kvBytes, pair);
    }

    /// <summary>Prompts of equal length, computed at once; causal: a token sees half the prompt on average.</summary>
    public double PrefillSeconds(MachineRates rates, int prompts, double length)
    {
        double tokens = prompts * length;
        double flop = 2 * BodyElements * tokens + 2 * HeadElements * prompts + FlopPerPair * tokens * length / 2;
        return Longer(rates, Weights, flop);
    }

    /// <summary>One step of sequences that have so many tokens together.</summary>
    public double DecodeSeconds(MachineRates rates, int sequences, double contextTokens)
    {
        double flop = 2 * (BodyElements + HeadElements) * sequences + FlopPerPair * contextTokens;
        return Longer(rates, Weights + KvBytes * contextTokens, flop);
    }

    private double Weights => (BodyElements + HeadElements) * ElementBytes;

    private static double Longer(MachineRates rates, double bytes, double flop) =>
        Math.Max(bytes / rates.ReadBytesPerSecond, flop / rates.FlopPerSecond);
}
