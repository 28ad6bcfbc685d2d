using Sgl.Engine.Execution;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Weights;

public sealed class CheckpointTests
{
    private const string TwoTensors =
        """
        {"m":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"v":{"dtype":"F32","shape":[3],"data_offsets":[16,28]}}
        """;

    private const string OneTensor = """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";

    [Fact]
    public void TensorsLieInTheMapping()
    {
        using ModelFolder folder = new ModelFolder()
            .WriteSafetensors("model.safetensors", TwoTensors, 1, 2, 3, 4, 5, 6, 7);
        using var checkpoint = new Checkpoint(folder.Path, progress: null);

        CheckpointTensor matrix = checkpoint.Read("m", 2, 2);
        CheckpointTensor vector = checkpoint.Read("v", 3);

        Assert.Equal([1, 2], matrix.Data.Row(0).ToArray());
        Assert.Equal([3, 4], matrix.Data.Row(1).ToArray());
        Assert.Equal([5, 6, 7], vector.Data.Row(0).ToArray());
        Assert.Equal([3], vector.Shape);
        Assert.Equal(matrix.Data.Address + 16, vector.Data.Address);
        checkpoint.EnsureAllRead();
    }

    [Fact]
    public void ProgressCountsEveryByteOnceAndEndsWhole()
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors("model.safetensors", TwoTensors, new float[7]);
        var told = new List<(long, long)>();
        using var checkpoint = new Checkpoint(folder.Path, (read, all) => told.Add((read, all)));
        checkpoint.Read("m", 2, 2);
        checkpoint.Read("m", 2, 2);
        checkpoint.Read("v", 3);
        checkpoint.EnsureAllRead();
        Assert.Equal([(16, 28), (28, 28), (28, 28)], told);
    }

    [Fact]
    public void SeveralFilesAreOneCheckpoint()
    {
        using ModelFolder folder = new ModelFolder()
            .WriteSafetensors("model-1.safetensors", TwoTensors, 1, 2, 3, 4, 5, 6, 7)
            .WriteSafetensors("model-2.safetensors", OneTensor, 8)
            .Write("model.safetensors.index.json", Index("model-1", "model-1", "model-2"));
        using var checkpoint = new Checkpoint(folder.Path, progress: null);
        Assert.Equal([5, 6, 7], checkpoint.Read("v", 3).Data.Row(0).ToArray());
        Assert.Equal([8], checkpoint.Read("w", 1).Data.Row(0).ToArray());
        Assert.EndsWith("describes a model without these tensors: \"m\"", Message(checkpoint.EnsureAllRead));
    }

    [Theory]
    [InlineData("model-1", "model-2", "model-2", "these tensors are not in the files that it names: \"v\"")]
    [InlineData("model-1", "model-1", "model-3", "model-3.safetensors: cannot be read")]
    [InlineData("model-1", "model-1", "../model-2", "../model-2.safetensors is no name of a file in the same folder")]
    public void AnIndexThatDoesNotFitIsRefused(string m, string v, string w, string message)
    {
        using ModelFolder folder = new ModelFolder()
            .WriteSafetensors("model-1.safetensors", TwoTensors, new float[7])
            .WriteSafetensors("model-2.safetensors", OneTensor, 8)
            .Write("model.safetensors.index.json", Index(m, v, w));
        Assert.Contains(message, Message(() => new Checkpoint(folder.Path, progress: null).Dispose()));
    }

    [Fact]
    public void ATensorInTwoFilesIsRefused()
    {
        using ModelFolder folder = new ModelFolder()
            .WriteSafetensors("model-1.safetensors", TwoTensors, new float[7])
            .WriteSafetensors("model-2.safetensors", TwoTensors, new float[7])
            .Write("model.safetensors.index.json", Index("model-1", "model-2", "model-2"));
        Assert.Contains(
            "tensor \"m\" is in model-2.safetensors and in another",
            Message(() => new Checkpoint(folder.Path, progress: null)));
    }

    [Fact]
    public void MissingTensorsAndOtherShapesAreNamed()
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors("model.safetensors", TwoTensors, new float[7]);
        using var checkpoint = new Checkpoint(folder.Path, progress: null);
        Assert.Contains("tensor \"x\" is missing", Message(() => checkpoint.Read("x", 1)));
        Assert.Contains(
            "tensor \"m\" has shape [2, 2]; config.json makes it [4]", Message(() => checkpoint.Read("m", 4)));
    }

    [Fact]
    public void UnreadTensorsAreNamedFiveAtMost()
    {
        string entries = string.Join(",", Enumerable.Range(1, 7).Select(
            i => $"\"t{i}\":{{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}"));
        using ModelFolder folder = new ModelFolder().WriteSafetensors("model.safetensors", $"{{{entries}}}");
        using var checkpoint = new Checkpoint(folder.Path, progress: null);
        checkpoint.Read("t1", 0);
        Assert.EndsWith(
            "config.json describes a model without these tensors: "
            + "\"t2\", \"t3\", \"t4\", \"t5\", \"t6\" and 1 more",
            Message(checkpoint.EnsureAllRead));
    }

    [Fact]
    public void TablesAndTiedHeadsMayStayUnreadWhateverTheirType()
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors(
            "model.safetensors",
            """
            {"model.layers.0.self_attn.rotary_emb.inv_freq":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},
             "lm_head.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]}}
            """,
            new float[3]);
        using var checkpoint = new Checkpoint(folder.Path, progress: null);
        checkpoint.EnsureAllRead();
    }

    [Fact]
    public void AnElementTypeThatWeightsCannotHaveIsRefusedWhenRead()
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors(
            "model.safetensors", """{"q":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}""", 1);
        using var checkpoint = new Checkpoint(folder.Path, progress: null);
        Assert.Contains("tensor \"q\" is I32; weights can be BF16, F16 or F32", Message(() => checkpoint.Read("q", 1)));
    }

    [Fact]
    public void AFolderWithoutSafetensorsIsNamed()
    {
        using var folder = new ModelFolder();
        Assert.Equal(
            $"{folder.Path} has neither model.safetensors nor model.safetensors.index.json",
            Message(() => new Checkpoint(folder.Path, progress: null)));
    }

    [Theory]
    [InlineData(DataType.BFloat16, 1.00390625f, 1.0f)]
    [InlineData(DataType.BFloat16, 1.01171875f, 1.015625f)]
    [InlineData(DataType.Float16, 1.00048828125f, 1.0f)]
    [InlineData(DataType.Float16, 65504f, 65504f)]
    public void ConvertedWeightsRoundToNearestEven(DataType type, float original, float expected)
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors("model.safetensors", OneTensor, original);
        using IWeightSource weights = new ConvertedWeights(new Checkpoint(folder.Path, progress: null), type);

        CheckpointTensor tensor = weights.Read("w", 1);

        Assert.Equal(type, tensor.Data.Type);
        var value = new float[1];
        ElementConversion.Read(tensor.Data.Address, type, value);
        Assert.Equal(expected, value[0]);
    }

    [Fact]
    public void WeightsOfTheWantedTypeAreNotCopied()
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors("model.safetensors", OneTensor, 1);
        var checkpoint = new Checkpoint(folder.Path, progress: null);
        using IWeightSource weights = new ConvertedWeights(checkpoint, DataType.Float32);
        Assert.Equal(checkpoint.Read("w", 1).Data, weights.Read("w", 1).Data);
    }

    private static string Index(string m, string v, string w) =>
        $$"""{"weight_map":{"m":"{{m}}.safetensors","v":"{{v}}.safetensors","w":"{{w}}.safetensors"} }""";

    private static string Message(Action action) => Assert.Throws<UserErrorException>(action).Message;
}
