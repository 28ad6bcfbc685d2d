using Sgl.Engine.Requests;
using Sgl.Gateway.Requests;
using Sgl.TestSupport;

namespace Sgl.Gateway.Tests.Requests;

public sealed class SamplingDefaultsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sgl-defaults-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WithoutAFileTheyAreOpenAIs() =>
        Assert.Equal(new SamplingDefaults(), SamplingDefaults.OfModel(_folder));

    [Fact]
    public void AFileThatNamesNoneLeavesThem() =>
        Assert.Equal(new SamplingDefaults(), SamplingDefaults.OfModel(Repository.TinyModel));

    [Fact]
    public void TheFileSetsWhatItNames()
    {
        Write("""
            {"temperature": 0.6, "top_p": 0.9, "top_k": 20, "min_p": 0.05, "repetition_penalty": 1.05,
                "do_sample": true}
            """);
        SamplingDefaults read = SamplingDefaults.OfModel(_folder);
        Assert.Equal((0.6f, 0.9f, 20), (read.Temperature, read.TopP, read.TopK));
        Assert.Equal((0.05f, 1.05f), (read.MinP, read.RepetitionPenalty));
    }

    [Fact]
    public void AZeroTopKIsAllTokens()
    {
        Write("""{"top_k": 0}""");
        Assert.Equal(-1, SamplingDefaults.OfModel(_folder).TopK);
    }

    [Theory]
    [InlineData("""{"temperature": -1}""", "temperature: -1")]
    [InlineData("""{"top_p": "x"}""", "top_p: \"x\"")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{", "generation_config.json")]
    public void ABrokenFileIsNamed(string json, string message)
    {
        Write(json);
        UserErrorException error = Assert.Throws<UserErrorException>(() => SamplingDefaults.OfModel(_folder));
        Assert.Contains(message, error.Message);
        Assert.Contains("--sampling-defaults openai", error.Message);
    }

    private void Write(string json) => File.WriteAllText(Path.Combine(_folder, "generation_config.json"), json);
}
