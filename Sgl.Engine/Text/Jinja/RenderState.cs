using System.Runtime.CompilerServices;

namespace Sgl.Engine.Text.Jinja;

/// <summary>One rendering: what it may still cost, and the clock that strftime_now reads.</summary>
internal sealed class RenderState(TimeProvider time)
{
    private long _work;
    private int _depth;

    public TimeProvider Time => time;

    /// <exception cref="ChatTemplateException">The rendering has done more than it may.</exception>
    public void Work(long amount)
    {
        _work += amount;
        if (_work > JinjaLimits.Work)
            throw new ChatTemplateException($"the template did more than {JinjaLimits.Work} steps and was stopped");
    }

    /// <summary>Pays for a text of so many characters before it is made.</summary>
    public void Reserve(long length)
    {
        if (length > JinjaLimits.TextLength)
            throw JinjaLimits.TooLong();
        Work(1 + length / 16);
    }

    /// <summary>Pays for characters that are added to a text.</summary>
    public void ReserveMore(int length, int added)
    {
        if ((long)length + added > JinjaLimits.TextLength)
            throw JinjaLimits.TooLong();
        Work(1 + added / 16);
    }

    public void Enter()
    {
        Work(10);
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (++_depth > JinjaLimits.CallDepth)
            throw new ChatTemplateException($"macros call each other more than {JinjaLimits.CallDepth} deep");
    }

    public void Leave() => _depth--;
}
