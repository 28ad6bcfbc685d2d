
namespace Sgl.Gateway.Requests;

/// <summary>
/// A request that cannot be served as it is: the answer's status, a message for the caller and the field at fault.
/// </summary>
internal sealed class RequestException(
    string message, string? field = null, int status = StatusCodes.Status400BadRequest)
    : Exception(message)
{
    public string? Field { get; } = field;

    public int Status { get; } = status;
}
