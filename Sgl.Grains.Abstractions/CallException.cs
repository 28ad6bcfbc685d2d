namespace Sgl.Grains.Abstractions;

/// <summary>A call was refused; the message says why.</summary>
[GenerateSerializer, Alias("sgl.CallException")]
public sealed class CallException(string message, CallFault fault) : Exception(message)
{
    [Id(0)] public CallFault Fault { get; } = fault;
}
