using System.Net;
using System.Net.Sockets;
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

    public static WebApplication Build(ServedModel served)
    {
        GatewayOptions options = served.Options;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.Limits.ReadBytes;
            kestrel.Limits.MaxConcurrentConnections = options.Limits.Connections;
            foreach (IPAddress address in Addresses(options.Host))
                kestrel.Listen(address, options.Port);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout + _lastWords);
        builder.Services.AddSglGateway(served);
        LogFormatter.AddTo(builder.Logging, options.LogLevel);
        return builder.Build().MapSglEndpoints();
    }

    /// <summary>Fails early, before a model is loaded for minutes.</summary>
    /// <exception cref="UserErrorException">The address is taken, or is none of this machine.</exception>
    public static void CheckAddress(GatewayOptions options)
    {
        foreach (IPAddress address in Addresses(options.Host))
        {
            try
            {
                using TcpListener probe = new(address, options.Port);
                probe.Start();
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new UserErrorException(
                    $"--port {options.Port}: already in use on {options.Host}; stop the other program or take another "
                    + "port.", error);
            }
            catch (SocketException error)
            {
                throw new UserErrorException(
                    $"--host {options.Host} --port {options.Port}: cannot listen there: {error.Message}", error);
            }
        }
    }

    private static IPAddress[] Addresses(string host)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
            return [address];
        try
        {
            return Dns.GetHostAddresses(host) is { Length: > 0 } found ? found : throw Unknown(host);
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
