namespace Sgl.Engine.Requests;

public enum FinishKind
{
    /// <summary>max_new_tokens, or the end of the context, was reached.</summary>
    Length,

    /// <summary>An end token, a stop token or a stop string was met.</summary>
    Stop,

    /// <summary>The request was aborted before its end.</summary>
    Abort,
}
