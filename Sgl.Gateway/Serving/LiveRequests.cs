using System.Collections.Concurrent;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway.Serving;

/// <summary>The requests in flight, by id.</summary>
internal sealed class LiveRequests
{
    private const int ReplaceLooks = 200;

    private static readonly TimeSpan _replaceLook = TimeSpan.FromMilliseconds(10);

    private readonly ConcurrentDictionary<string, LiveRequest> _byRid = new();

    public int Count => _byRid.Count;

    /// <summary>One live request per prompt of the plan; none is left behind when this throws.</summary>
    /// <exception cref="RequestException">An id is in use already.</exception>
    public LiveRequest[] Add(GenerationPlan plan, CancellationToken client)
    {
        LiveRequest[] added = new LiveRequest[plan.Prompts.Count];
        for (int i = 0; i < added.Length; i++)
        {
            added[i] = new LiveRequest(plan.Prompts[i].Rid, plan.Group, client);
            if (_byRid.TryAdd(added[i].Rid, added[i]))
                continue;
            added[i].Dispose();
            Remove(added[..i]);
            throw new RequestException(
                $"Duplicate request ID '{plan.Prompts[i].Rid}': it is in use; choose another.", "rid");
        }

        return added;
    }

    public void Remove(LiveRequest[] requests)
    {
        foreach (LiveRequest request in requests)
        {
            _byRid.TryRemove(request.Rid, out _);
            request.Dispose();
        }
    }

    /// <summary>Aborts the request with that id, or the batch; an id that nobody has is no error.</summary>
    public void Abort(string rid)
    {
        foreach (LiveRequest request in _byRid.Values.Where(request => request.Rid == rid || request.Group == rid))
            request.Abort($"Request {rid} was aborted.");
    }

    /// <summary>
    /// Ends what still runs under an id whose client has come back on another connection, and waits until it is gone.
    /// </summary>
    public async Task ReplaceAsync(string rid)
    {
        for (int i = 0; i < ReplaceLooks && Any(rid); i++)
        {
            Abort(rid);
            await Task.Delay(_replaceLook);
        }
    }

    private bool Any(string rid) => _byRid.Values.Any(request => request.Rid == rid || request.Group == rid);

    public void AbortAll(string message)
    {
        foreach (LiveRequest request in _byRid.Values)
            request.Abort(message);
    }
}
