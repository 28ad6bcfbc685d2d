namespace Sgl.Engine.Requests;

/// <summary>
/// Something the user gave is wrong (a flag, a folder, a file): the message is one line that names the thing, its value
/// and what would be right. Programs print it and exit with code 2; no stack trace helps.
/// </summary>
public sealed class UserErrorException(string message, Exception? inner = null) : Exception(message, inner);
