using System.Net;
using Sgl.Bench.CommandLine;
using Sgl.Engine.Requests;
using Sgl.Engine.Text;
using Sgl.Gateway.Flags;
using EmbeddedModel = Sgl.Bench.EmbeddedModel;

namespace Sgl.Gateway.Bench;

/// <summary>The gateway over a source, in a process of its own, so that its time is nobody else's.</summary>
internal static class SourceServer
{
    public const string Name = "serve";
    public const string Apart = "--apart";
    public const string Metrics = "--enable-metrics";

    public static Command Command { get; } = new(
        Name, "serves tokens that cost nothing and prints its address; stream starts it",
        [
            new(Apart, null, null, "each token is an event of its own"),
            new(Metrics, null, null, "as the gateway's flag"),
        ],
        RunAsync);

    private static async Task<int> RunAsync(FlagValues flags, CancellationToken cancellation)
    {
        string model = EmbeddedModel.Folder();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSglGateway(new ServedModel
        {
            Backend = new SourceBackend(flags.Has(Apart)),
            Tokenizer = Tokenizer.Load(model),
            Template = null,
            Options = new GatewayOptions
            {
                Engine = new EngineOptions { ModelPath = model },
                EnableMetrics = flags.Has(Metrics),
            },
        });
        await using WebApplication app = builder.Build().MapSglEndpoints();
        await app.StartAsync(cancellation);
        app.MarkReady();
        await Console.Out.WriteLineAsync(app.Urls.First());
        await app.WaitForShutdownAsync(cancellation);
        return 0;
    }
}
