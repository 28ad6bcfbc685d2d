using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Weights;

public sealed class SafetensorsHeaderTests
{
    [Fact]
    public void ReadsNamesTypesShapesAndPlaces()
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors(
            "a.safetensors",
            """
            {"__metadata__":{"format":"pt"},
             "m":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
             "v":{"dtype":"BF16","shape":[2],"data_offsets":[24,28]},
             "none":{"dtype":"F32","shape":[0,3],"data_offsets":[28,28]},
             "one":{"dtype":"I64","shape":[],"data_offsets":[28,36]}}
            """,
            new float[9]);

        IReadOnlyList<SafetensorsEntry> entries = Read(folder.File("a.safetensors"));

        long start = new FileInfo(folder.File("a.safetensors")).Length - 36;
        Assert.Equal(["m", "v", "none", "one"], entries.Select(entry => entry.Name));
        Assert.Equal(["F32", "BF16", "F32", "I64"], entries.Select(entry => entry.Type));
        Assert.Equal([2, 3], entries[0].Shape);
        Assert.Empty(entries[3].Shape);
        Assert.Equal([start, start + 24, start + 28, start + 28], entries.Select(entry => entry.Start));
        Assert.Equal([24, 4, 0, 8], entries.Select(entry => entry.Bytes));
    }

    [Theory]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""",
        "\"a\": F32 [2] takes 8 bytes; data_offsets span 12")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}""",
        "\"a\": its data ends at byte 36 of 16: the file is cut off")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""",
        "\"a\": data_offsets [8, 0] run backwards")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""",
        "\"a\": data_offsets [-8, 0] run backwards")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "\"a\": data_offsets needs two numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "\"a\": data_offsets is missing or not a list")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":["2"],"data_offsets":[0,8]}}""",
        "\"a\": shape has an entry that is no whole number")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[-2,-1],"data_offsets":[0,8]}}""",
        "\"a\": shape [-2, -1] has a dimension that is negative")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[65536,65536,65536,65536,65536],"data_offsets":[0,0]}}""",
        "\"a\": F32 [65536, 65536, ")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", "\"a\": dtype Q4 is unknown; known are ")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", "\"a\": dtype is missing")]
    [InlineData("""{"a":7}""", "\"a\": its entry is not an object")]
    [InlineData("""[1]""", "its header is not a JSON object")]
    [InlineData("""{"a":""", "its header is not valid JSON")]
    [InlineData("""{"\ud800":{}}""", "its header is not valid JSON")]
    [InlineData(
        """
        {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
         "b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}
        """,
        "tensors \"a\" and \"b\" overlap")]
    [InlineData(
        """
        {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
         "a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
        """,
        "tensor \"a\" stands twice in its header")]
    public void ABrokenTableNamesFileTensorAndWhatIsWrong(string header, string message)
    {
        using ModelFolder folder = new ModelFolder().WriteSafetensors("broken.safetensors", header, 1, 2, 3, 4);
        var error = Assert.Throws<UserErrorException>(() => Read(folder.File("broken.safetensors")));
        Assert.Contains("broken.safetensors", error.Message);
        Assert.Contains(message, error.Message);
    }

    [Theory]
    [InlineData(new byte[] { }, "0 bytes is too short for safetensors")]
    [InlineData(new byte[] { 1, 2, 3 }, "3 bytes is too short for safetensors")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 123, 125 }, "header length 9, but 2 bytes follow: it is cut off")]
    [InlineData(
        new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123, 125 },
        "header length 18446744073709551615 is over")]
    public void ABrokenLengthIsSaid(byte[] content, string message)
    {
        using var folder = new ModelFolder();
        File.WriteAllBytes(folder.File("broken.safetensors"), content);
        var error = Assert.Throws<UserErrorException>(() => Read(folder.File("broken.safetensors")));
        Assert.Contains(message, error.Message);
    }

    private static IReadOnlyList<SafetensorsEntry> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        return SafetensorsHeader.Read(path, file);
    }
}
