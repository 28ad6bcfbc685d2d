namespace Sgl.Engine.Requests;

/// <summary>The waiting queue is full: the caller should answer 503 with Retry-After.</summary>
public sealed class QueueFullException(int limit)
    : Exception(
        $"The request queue is full: {limit} requests wait already. Retry later or raise --max-queued-requests.");
