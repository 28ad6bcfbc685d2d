using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Sgl.Engine.Requests;
using Sgl.Gateway.Flags;

namespace Sgl.Gateway.Hosting;

/// <summary>
/// The web server around the endpoints. Only the options configure it: no environment variable and no settings file.
/// </summary>
internal static class GatewayHost
{
    /// <summary>What aborted requests get to send their last words, after the time for running ones is over.</summary>
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(5);

    /// <param name="configure">Adds what else the program hosts; it stops after the web server.</param>
    public static WebApplication Build(ServedModel served, Action<WebApplicationBuilder>? configure = null)
    {
        GatewayOptions options = served.Options;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Limits.ReadBytes;
            kestrel.Limits.MaxConcurrentConnections = options.Limits.Connections;
            kestrel.Listen(Address(options.Host), options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout + _lastWords);
        builder.Services.AddSglGateway(served);
        Logs.AddTo(builder.Logging, options);
        configure?.Invoke(builder);
        return builder.Build().MapSglEndpoints();
    }

    /// <summary>Fails early, before a model is loaded for minutes.</summary>
    /// <exception cref="UserErrorException">The address is taken, or is none of this machine.</exception>
    public static void CheckAddress(GatewayOptions options)
    {
        try
        {
            using TcpListener probe = new(Address(options.Host), options.Port);
            probe.Start();
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw InUse(options, error);
        }
        catch (SocketException error)
        {
            throw new UserErrorException(
                $"--host {options.Host} --port {options.Port}: cannot listen there: {error.Message}.", error);
        }
    }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="UserErrorException">The address was taken since it was checked.</exception>
    public static async Task StartAsync(WebApplication app, GatewayOptions options)
    {
        try
        {
            await app.StartAsync();
        }
        catch (IOException error) when (error.InnerException is AddressInUseException)
        {
            throw InUse(options, error);
        }
    }

    private static UserErrorException InUse(GatewayOptions options, Exception inner) => new(
        $"--port {options.Port}: already in use on {options.Host}; stop the other program or choose another port.",
        inner);

    private static IPAddress Address(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
            return address;
        try
        {
            // One is enough, and machines without IPv6 resolve localhost to it all the same.
            return Dns.GetHostAddresses(host).MinBy(found => found.AddressFamily) ?? throw Unknown(host);
        }
        catch (SocketException error)
        {
            throw Unknown(host, error);
        }
    }

    private static UserErrorException Unknown(string host, Exception? inner = null) =>
        new($"--host '{host}': no such name; expected an address of this machine, such as 127.0.0.1 or 0.0.0.0.",
            inner);
}
