namespace Sgl.Engine.Execution;

/// <summary>A device has not the memory that was asked for: the message says how much, and how much it has.</summary>
public sealed class DeviceMemoryException(string message, Exception? inner = null) : Exception(message, inner);
