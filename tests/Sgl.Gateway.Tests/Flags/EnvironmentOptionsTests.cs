using Sgl.Engine.Requests;
using Sgl.Gateway.Flags;

namespace Sgl.Gateway.Tests.Flags;

public sealed class EnvironmentOptionsTests
{
    [Theory]
    [InlineData(null, null, 4096)]
    [InlineData("", null, 4096)]
    [InlineData("256", null, 256)]
    [InlineData(null, "512", 512)]
    [InlineData("256", "512", 256)]
    public void TheEstimateOfNewTokensHasItsNameOfTodayAndOfOld(string? today, string? old, int expected) =>
        Assert.Equal(expected, Apply(today, old).Engine.MaxNewTokensEstimate);

    [Fact]
    public void AWrongValueIsNamed()
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => Apply("many", null));
        Assert.Equal(
            "SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION 'many': expected an integer, 1 or more.", error.Message);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317", true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:4318/v1/traces", true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "", false)]
    [InlineData("OTEL_SERVICE_NAME", "x", false)]
    public void SpansAreExportedWhenThereIsACollector(string name, string value, bool exported) => Assert.Equal(
        exported,
        EnvironmentOptions.Apply(new GatewayOptions(), asked => asked == name ? value : null).ExportTraces);

    private static GatewayOptions Apply(string? today, string? old) => EnvironmentOptions.Apply(
        new GatewayOptions(), name => !name.StartsWith("SGLANG", StringComparison.Ordinal) ? null
            : name.EndsWith("ESTIMATION", StringComparison.Ordinal) ? today : old);
}
