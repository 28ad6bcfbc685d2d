using Microsoft.Extensions.Logging;
using Sgl.Engine.Requests;
using Sgl.Gateway.Flags;

namespace Sgl.Gateway.Tests.Flags;

public sealed class FlagParserTests
{
    [Fact]
    public void WithoutFlagsTheEmbeddedModelIsServedAsSglangWould()
    {
        GatewayOptions options = Parse();
        Assert.Equal(EmbeddedModel.Folder, options.Engine.ModelPath);
        Assert.Equal(("127.0.0.1", 30000), (options.Host, options.Port));
        Assert.Equal(LoadFormat.Auto, options.Engine.LoadFormat);
        Assert.Equal(("fcfs", 1.0), (options.Engine.SchedulePolicy, options.Engine.ScheduleConservativeness));
        Assert.Equal(((int?)null, 16384), (options.Engine.ChunkedPrefillSize, options.Engine.MaxPrefillTokens));
        Assert.Equal((1, "model"), (options.StreamInterval, options.SamplingDefaults));
        Assert.Null(options.Engine.MaxQueuedRequests);
        Assert.False(options.LogRequests);
    }

    [Theory]
    [InlineData("--model-path", "/m", "/m")]
    [InlineData("--tokenizer-path", "/t", "/t")]
    [InlineData("--load-format", "dummy", "dummy")]
    [InlineData("--dtype", "bfloat16", "bfloat16")]
    [InlineData("--context-length", "512", 512)]
    [InlineData("--device", "cpu", "cpu")]
    [InlineData("--chat-template", "chatml", "chatml")]
    [InlineData("--served-model-name", "m", "m")]
    [InlineData("--host", "0.0.0.0", "0.0.0.0")]
    [InlineData("--port", "31000", 31000)]
    [InlineData("--api-key", "k", "k")]
    [InlineData("--shutdown-timeout", "7", 7)]
    [InlineData("--mem-fraction-static", "0.5", 0.5)]
    [InlineData("--max-total-tokens", "4096", 4096)]
    [InlineData("--max-running-requests", "8", 8)]
    [InlineData("--max-queued-requests", "1", 1)]
    [InlineData("--max-prefill-tokens", "128", 128)]
    [InlineData("--chunked-prefill-size", "-1", -1)]
    [InlineData("--schedule-policy", "dfs-weight", "dfs-weight")]
    [InlineData("--schedule-conservativeness", "0.3", 0.3)]
    [InlineData("--cpu-threads", "2", 2)]
    [InlineData("--cuda-graph-max-bs", "64", 64)]
    [InlineData("--random-seed", "42", 42)]
    [InlineData("--stream-interval", "4", 4)]
    [InlineData("--sampling-defaults", "openai", "openai")]
    [InlineData("--decode-log-interval", "2", 2)]
    [InlineData("--log-level", "warning", "warning")]
    [InlineData("--log-format", "json", "json")]
    public void AFlagSetsItsValue(string name, string text, object expected)
    {
        Flag flag = FlagTable.All.Single(flag => flag.Name == name);
        Assert.Equal(expected, flag.Read(Parse(name, text)));
        Assert.Equal(expected, flag.Read(Parse($"{name}={text}")));
        Assert.NotEqual(expected, flag.Read(new GatewayOptions()));
    }

    [Theory]
    [InlineData("--disable-radix-cache")]
    [InlineData("--disable-overlap-schedule")]
    [InlineData("--disable-cuda-graph")]
    [InlineData("--enable-cache-report")]
    [InlineData("--enable-deterministic-inference")]
    [InlineData("--enable-torch-compile")]
    [InlineData("--skip-server-warmup")]
    [InlineData("--enable-metrics")]
    [InlineData("--log-requests")]
    public void ASwitchIsOffUntilItIsGiven(string name)
    {
        Flag flag = FlagTable.All.Single(flag => flag.Name == name);
        Assert.Equal(false, flag.Read(Parse()));
        Assert.Equal(true, flag.Read(Parse(name)));
    }

    [Fact]
    public void EveryFlagIsInTheTablesAbove()
    {
        string[] tested = [.. typeof(FlagParserTests).GetMethods().SelectMany(method => method.CustomAttributes)
            .Where(attribute => attribute.AttributeType == typeof(InlineDataAttribute))
            .Select(attribute => (string)((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)
                attribute.ConstructorArguments[0].Value!)[0].Value!)];
        Assert.Empty(FlagTable.All.Select(flag => flag.Name).Except(tested));
    }

    [Fact]
    public void UniquePrefixesUnderscoresAndAliasesWillDo()
    {
        GatewayOptions options = Parse(
            "--max-total-token", "20", "--context-len=9", "--served_model_name", "x", "--model", "/m");
        Assert.Equal((20, 9), (options.Engine.MaxTotalTokens, options.Engine.ContextLength));
        Assert.Equal(("x", "/m"), (options.ServedModelName, options.Engine.ModelPath));
    }

    [Fact]
    public void TheLastOfTwoWins() => Assert.Equal(2, Parse("--port", "1", "--port", "2").Port);

    [Fact]
    public void AValueMayHaveAnEqualsSign() => Assert.Equal("a=b", Parse("--api-key=a=b").ApiKey);

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public void HelpIsNoOptions(string flag) => Assert.Null(FlagParser.Parse(["--port", "1", flag]));

    [Fact]
    public void WithoutARandomSeedEachServerDrawsItsOwn()
    {
        ulong[] seeds = [.. Enumerable.Range(0, 8).Select(_ => Parse().Engine.RandomSeed)];
        Assert.True(seeds.Distinct().Count() > 1);
    }

    [Theory]
    [InlineData("--bogus", "--bogus: unknown flag")]
    [InlineData("--prot=1", "did you mean --port")]
    [InlineData("--max", "could be --max-total-tokens, --max-running-requests")]
    [InlineData("--", "--: unknown flag")]
    [InlineData("model", "'model': expected a flag")]
    [InlineData("--port", "--port: its value is missing; expected --port N")]
    [InlineData("--port=", "--port '': expected an integer from 0 to 65535")]
    [InlineData("--port=x", "--port 'x': expected an integer from 0 to 65535")]
    [InlineData("--port=65536", "--port '65536': expected an integer from 0 to 65535")]
    [InlineData("--context-length=0", "--context-length '0': expected an integer, 1 or more")]
    [InlineData("--max-total-tokens=1.5", "expected an integer, 1 or more")]
    [InlineData("--mem-fraction-static=0", "expected a number above 0, at most 1")]
    [InlineData("--mem-fraction-static=nan", "expected a number above 0, at most 1")]
    [InlineData("--schedule-policy=best", "expected one of dfs-weight, fcfs, lof, lpm, random")]
    [InlineData("--load-format=pt", "expected one of auto, safetensors, dummy")]
    [InlineData("--dtype=int8", "expected one of auto, half, float16, bfloat16, float, float32")]
    [InlineData("--device=tpu", "expected one of auto, cpu, cuda")]
    [InlineData("--log-level=loud", "expected one of debug, info, warning, error, critical")]
    [InlineData("--log-requests=yes", "--log-requests 'yes': this flag takes no value")]
    [InlineData("--model-path=", "--model-path '': expected a PATH")]
    public void AWrongCommandLineIsOneLineThatSaysWhatWouldBeRight(string argument, string message)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => FlagParser.Parse([argument]));
        Assert.Contains(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void AFlagIsNoValue() =>
        Assert.Throws<UserErrorException>(() => FlagParser.Parse(["--host", "--port", "1"]));

    [Fact]
    public void LogLevelsAreThoseOfPython() =>
        Assert.Equal(LogLevel.Information, Parse("--log-level", "info").LogLevel);

    private static GatewayOptions Parse(params string[] args) => FlagParser.Parse(args)!;
}
