using System.Globalization;

namespace Sgl.Gateway.Flags;

/// <summary>The settings that SGLang, or OpenTelemetry, takes from the environment and that have no flag.</summary>
internal static class EnvironmentOptions
{
    /// <summary>Its name today, and that of v0.3.</summary>
    private static readonly string[] _newTokensEstimate =
        ["SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION", "SGLANG_CLIP_MAX_NEW_TOKENS"];

    /// <summary>OpenTelemetry's own names for where spans go.</summary>
    private static readonly string[] _collectors =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    /// <param name="read">Gives the value of a variable; null when it is not set.</param>
    /// <exception cref="Engine.Requests.UserErrorException">A value is no value of its variable.</exception>
    public static GatewayOptions Apply(GatewayOptions options, Func<string, string?> read)
    {
        options = options with { ExportTraces = _collectors.Any(name => !string.IsNullOrEmpty(read(name))) };
        string? name = _newTokensEstimate.FirstOrDefault(name => !string.IsNullOrEmpty(read(name)));
        if (name is null)
            return options;
        return int.TryParse(read(name), NumberStyles.None, CultureInfo.InvariantCulture, out int tokens) && tokens > 0
            ? options with { Engine = options.Engine with { MaxNewTokensEstimate = tokens } }
            : throw Flag.Wrong(name, read(name)!, "an integer, 1 or more");
    }
}
