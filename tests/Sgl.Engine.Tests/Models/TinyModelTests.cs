using Sgl.Engine.Cpu;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Engine.Weights;
using Sgl.TestSupport;

namespace Sgl.Engine.Tests.Models;

/// <summary>The embedded model, from its own files.</summary>
public sealed class TinyModelTests
{
    [Theory]
    [InlineData("What is 25 + 87?", "25 + 87 = 112.")]
    [InlineData("What is the capital city of the United Kingdom?", "London")]
    public void AnswersItsOwnEvaluation(string question, string expected)
    {
        ModelConfig config = ModelConfig.Load(Repository.TinyModel);
        using IWeightSource weights = WeightSources.Open(Repository.TinyModel, LoadFormat.Auto, config, progress: null);
        using var ops = new CpuOps(threads: 1);
        ICausalModel model = ModelCatalog.Build(config, weights, ops);
        Tokenizer tokenizer = Tokenizer.Load(Repository.TinyModel);
        int[] prompt = tokenizer.Encode(
            $"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n", addSpecialTokens: false);

        ModelDriver driver = ModelDriver.Start(ops, model, slots: 128, prompt.Length);
        var answer = new List<int>();
        int next = Best(driver.Run(prompt)[^1]);
        for (; !config.EndTokens.Contains(next) && answer.Count < 32; next = Best(driver.Run(next)[0]))
            answer.Add(next);

        Assert.Contains(expected, tokenizer.Decode([.. answer], skipSpecialTokens: true));
    }

    [Fact]
    public void RunsOnDummyWeightsOfAnotherType()
    {
        ModelConfig config = ModelConfig.Load(Repository.TinyModel);
        using IWeightSource weights = WeightSources.Open(
            Repository.TinyModel, LoadFormat.Dummy, config, progress: null, Sgl.Engine.Execution.DataType.Float16);
        using var ops = new CpuOps(threads: 1);
        ICausalModel model = ModelCatalog.Build(config, weights, ops);
        float[] logits = ModelDriver.Start(ops, model, slots: 4, promptLength: 3).Run(1, 2, 3)[^1];
        Assert.All(logits, logit => Assert.InRange(Math.Abs(logit), 0, 20));
        Assert.True(logits.Distinct().Count() > logits.Length / 2);
    }

    private static int Best(float[] logits) => Array.IndexOf(logits, logits.Max());
}
