using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Layers;
using Sgl.Engine.Requests;
using Sgl.Engine.Tests.Weights;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Layers;

public sealed class LinearTests
{
    private static readonly Pass _oneToken = new()
    {
        Tokens = [0],
        Positions = [0],
        RopeLengths = [1],
        Slots = [0],
        Sequences = [new PassSequence(0, 1, new[] { 0 })],
    };

    [Fact]
    public void SeveralProjectionsLieSideBySideEachWithItsBias()
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors(
            "model.safetensors",
            """
            {"m.a.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},
             "m.a.bias":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},
             "m.b.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[12,28]},
             "m.b.bias":{"dtype":"F32","shape":[2],"data_offsets":[28,36]}}
            """,
            [1, 2, 10, 3, 4, 5, 6, 20, 30]);
        using IWeightSource weights = Open(folder);
        using var ops = new CpuOps(threads: 1);

        var linear = new Linear(
            new Parameters(weights, ops).Under("m"), [new("a", 1), new("b", 2)], inputs: 2, bias: true);

        weights.EnsureAllRead();
        ops.Begin(_oneToken);
        Tensor x = ops.Scratch(1, 2);
        x.Row(0)[0] = 1;
        x.Row(0)[1] = -1;
        Assert.Equal([9, 19, 29], linear.Forward(new Workspace(ops, _oneToken), x, "output").Row(0).ToArray());
    }

    [Fact]
    public void TheFirstHalfOfAGatedProductIsItsGates()
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors(
            "model.safetensors",
            """
            {"gate.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
             "up.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]}}
            """,
            [9, -1, 19, 3]);
        using IWeightSource weights = Open(folder);
        using var ops = new CpuOps(threads: 1);
        var linear = new Linear(new Parameters(weights, ops), [new("gate", 2), new("up", 2)], inputs: 1);

        ops.Begin(_oneToken);
        Tensor x = ops.Scratch(1, 1);
        x.Row(0)[0] = 1;
        Tensor gated = linear.ForwardGated(new Workspace(ops, _oneToken), x, Activation.Silu);

        Assert.Equal(9 / (1 + MathF.Exp(-9)) * 19, gated.Row(0)[0], 1e-3f);
        Assert.Equal(-1 / (1 + MathF.Exp(1)) * 3, gated.Row(0)[1], 1e-3f);
    }

    [Fact]
    public void PartsOfDifferentTypesAreRefusedByName()
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors(
            "model.safetensors",
            """
            {"a.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},
             "b.weight":{"dtype":"BF16","shape":[1,1],"data_offsets":[4,6]}}
            """,
            [1, 2]);
        using IWeightSource weights = Open(folder);
        using var ops = new CpuOps(threads: 1);
        var error = Assert.Throws<UserErrorException>(
            () => new Linear(new Parameters(weights, ops), [new("a", 1), new("b", 1)], inputs: 1));
        Assert.Contains("a.weight is Float32 but b.weight is BFloat16", error.Message);
    }

    private static Checkpoint Open(ModelFolder folder) => new(folder.Path, progress: null);
}
