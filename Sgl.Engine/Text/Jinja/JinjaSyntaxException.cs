namespace Sgl.Engine.Text.Jinja;

/// <summary>The template's text is not Jinja: what is wrong and in which line (counted from 1).</summary>
internal sealed class JinjaSyntaxException(string message, int line) : Exception($"line {line}: {message}");
