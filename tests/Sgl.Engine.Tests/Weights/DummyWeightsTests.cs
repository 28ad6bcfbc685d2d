using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Weights;

public sealed class DummyWeightsTests
{
    [Theory]
    [InlineData(DataType.Float32)]
    [InlineData(DataType.BFloat16)]
    [InlineData(DataType.Float16)]
    public void ATensorIsTheSameEveryTimeAndAnotherForEveryName(DataType type)
    {
        using var first = new DummyWeights(type, deviation: 0.02);
        using var second = new DummyWeights(type, deviation: 0.02);
        float[] values = Values(first.Read("a.weight", 30, 40));
        Assert.Equal(values, Values(second.Read("a.weight", 30, 40)));
        Assert.NotEqual(values, Values(second.Read("b.weight", 30, 40)));
    }

    [Fact]
    public void ValuesHaveTheDeviationThatWasAskedFor()
    {
        // Larger than the pool, so that it is begun again.
        using var weights = new DummyWeights(DataType.Float32, deviation: 0.02);
        float[] values = Values(weights.Read("w", 1100, 1000));
        double mean = values.Average(value => (double)value);
        Assert.Equal(0, mean, 4);
        Assert.Equal(0.02, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), 4);
    }

    [Fact]
    public void NormsAreOne()
    {
        using var weights = new DummyWeights(DataType.BFloat16, deviation: 0.02);
        Assert.All(Values(weights.Read("model.norm.weight", 8)), value => Assert.Equal(1, value));
    }

    private static float[] Values(CheckpointTensor tensor)
    {
        var values = new float[tensor.Data.Rows * tensor.Data.Columns];
        ElementConversion.Read(tensor.Data.Address, tensor.Data.Type, values);
        return values;
    }
}
