using Sgl.Bench.Devices;
using Sgl.Engine.Models;

namespace Sgl.Bench.Tests.Devices;

public sealed class ModelCostTests
{
    /// <summary>DESIGN §7: a Llama-3-8B's weights are read in 3.2 ms at 4.67 TB/s.</summary>
    private static readonly MachineRates _h200 = new(4.67e12, 790e12);

    private static ModelCost Llama
    {
        get
        {
            ModelConfig config = ModelConfig.Load(Path.Combine(AppContext.BaseDirectory, "Models", "llama-3-8b"));
            return ModelCost.Of(config, weightBytes: 16_060_522_496, elementBytes: 2, kvBytes: 131_072);
        }
    }

    [Fact]
    public void TheFloorsOfTheDesignComeOut()
    {
        Assert.Equal(3.25e-3, Llama.DecodeSeconds(_h200, 1, 1024), 1e-5);
        // Reading 15 GB of weights and 8.6 GB of keys and values.
        Assert.Equal(5.05e-3, Llama.DecodeSeconds(_h200, 64, 64 * 1024), 1e-5);
        // 7.0 billion weights and half of all pairs: 2 · 6.98e9 · 8192 + 0.5 · 524,288 · 8192².
        Assert.Equal((114.4e12 + 17.6e12) / 790e12, Llama.PrefillSeconds(_h200, 1, 8192), 1e-4);
    }

    [Fact]
    public void ATiedHeadIsReadOnceAndTheEmbeddingNever()
    {
        ModelConfig config = new()
        {
            Architecture = "a",
            ModelType = "a",
            VocabularySize = 10,
            ContextLength = 100,
            EndTokens = [],
            HiddenSize = 3,
        };
        Assert.Equal((940, 30), Elements(ModelCost.Of(config, 4000, 4, 1)));
        Assert.Equal((970, 30), Elements(ModelCost.Of(config with { TieWordEmbeddings = true }, 4000, 4, 1)));

        static (double, double) Elements(ModelCost cost) => (cost.BodyElements, cost.HeadElements);
    }
}
