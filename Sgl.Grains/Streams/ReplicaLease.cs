using System.Threading.Channels;
using Sgl.Grains.Abstractions;
using Sgl.Grains.Routing;

namespace Sgl.Grains.Streams;

/// <summary>A stream's place at one replica, from the decision for it until it has ended there.</summary>
internal sealed class ReplicaLease(GatewayLink link, RouteLease route) : IDisposable
{
    private readonly Channel<StreamChunk> _chunks =
        Channel.CreateUnbounded<StreamChunk>(new UnboundedChannelOptions { SingleReader = true });
    private string? _stream;

    public string Replica => link.Key;

    /// <summary>What the replica generates; a chunk that says that the stream is lost is the last one.</summary>
    public ChannelReader<StreamChunk> Chunks => _chunks.Reader;

    /// <summary>Gives the replica the request, within the time that a replica may be silent.</summary>
    public Task<SubmitOutcome> SubmitAsync(ReplicaRequest request)
    {
        _stream = request.Id;
        return link.SubmitAsync(request, _chunks.Writer);
    }

    public void Started() => route.Started();

    /// <param name="blocks">Of prompt and output: their keys and values stay there.</param>
    public void Ended(ulong[] blocks)
    {
        route.Ended(blocks);
        if (_stream is not null)
            link.Forget(_stream);
        _stream = null;
    }

    /// <summary>Ends the stream there, if it still runs.</summary>
    public void Dispose()
    {
        if (_stream is not null)
            link.Cancel(_stream);
        _stream = null;
        route.Dispose();
    }
}
