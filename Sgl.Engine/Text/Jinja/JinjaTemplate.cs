namespace Sgl.Engine.Text.Jinja;

/// <summary>
/// A Jinja template as Hugging Face's chat templates need it: the semantics of transformers' immutable sandbox with
/// trim_blocks, lstrip_blocks, loop controls and the generation tag. Parsed once; rendering is safe on many threads at
/// a time.
/// </summary>
internal sealed class JinjaTemplate
{
    private readonly Statement[] _body;

    /// <exception cref="JinjaSyntaxException">The text is not a template.</exception>
    public JinjaTemplate(string source) => _body = Parser.Parse(source);

    /// <param name="variables">Becomes the template's own: what it sets at the top goes there, too.</param>
    /// <exception cref="ChatTemplateException">
    /// raise_exception, a mistake in the template, or one of JinjaLimits.
    /// </exception>
    public string Render(Dictionary<string, object?> variables, TimeProvider time)
    {
        try
        {
            return Statement.Capture(_body, new Scope(new RenderState(time), variables));
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new ChatTemplateException("lists or dicts inside each other are too deep", e);
        }
    }
}
