namespace Sgl.Engine.Text;

/// <summary>
/// The template raised an exception over the messages given, or could not render them: the caller's error.
/// </summary>
public sealed class ChatTemplateException(string message, Exception? inner = null) : Exception(message, inner);
