namespace Sgl.Engine.Requests;

/// <summary>The engine takes no more requests: it is stopping, or its loop has failed.</summary>
public sealed class EngineStoppedException(string message, Exception? inner = null) : Exception(message, inner);
