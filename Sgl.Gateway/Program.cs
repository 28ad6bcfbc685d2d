using Sgl.Engine;
using Sgl.Engine.Requests;
using Sgl.Gateway;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Hosting;

try
{
    if (FlagParser.Parse(args) is not GatewayOptions flags)
    {
        Console.Out.Write(FlagHelp.Text());
        return 0;
    }

    GatewayOptions options = EnvironmentOptions.Apply(flags, Environment.GetEnvironmentVariable);
    GatewayHost.CheckAddress(options);
    using ILoggerFactory loggers = LoggerFactory.Create(logging => Logs.AddTo(logging, options));
    ILogger log = loggers.CreateLogger("Sgl.Engine");
    (ServedModel served, InferenceEngine engine) = ModelLoader.Load(
        options, line => log.LogInformation("{Line}", line), new LoadingProgress().Report);
    await using InferenceEngine owned = engine;
    await using WebApplication app = GatewayHost.Build(served);
    await GatewayHost.StartAsync(app, options);
    if (!options.SkipServerWarmup)
        await WarmUp.RunAsync(app, served);
    app.MarkReady();
    app.Logger.LogInformation(
        "The server is fired up and ready to roll! Listening on {Urls}", string.Join(", ", app.Urls));
    await app.WaitForShutdownAsync();
    return 0;
}
catch (UserErrorException error)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 2;
}
