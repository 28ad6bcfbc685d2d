using System.Numerics;
using System.Text;

namespace Sgl.Engine.Text.Tokenizing.Patterns;

/// <summary>
/// Finds the matches of a pattern in a text, one after the other, by backtracking on a stack of its own, so that no
/// text can overflow the thread's. The text must be well-formed UTF-16.
/// </summary>
internal ref struct PatternMatcher
{
    /// <summary>Backtrack entries that nearly every text gets by with.</summary>
    public const int UsualDepth = 32;

    private readonly PatternInstruction[] _program;
    private readonly ReadOnlySpan<char> _text;
    private Span<Backtrack> _stack;
    private int _depth;
    private int _from;
    private bool _found;

    public PatternMatcher(Pattern pattern, ReadOnlySpan<char> text, Span<Backtrack> stack)
    {
        _program = pattern.Program;
        _text = text;
        _stack = stack;
    }

    /// <summary>Where the match begins that Next found.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends, exclusive.</summary>
    public int End { get; private set; }

    public bool Next()
    {
        var viable = _program[0].Viable;
        while (_from <= _text.Length)
        {
            var start = _from;
            _from += start < _text.Length && char.IsHighSurrogate(_text[start]) ? 2 : 1;
            if (viable[Upcoming(start)] == 0) continue;
            var end = Run(0, start, endsAt: -1);
            // An empty match right behind the one before is none.
            if (end < 0 || end == start && start == End && _found) continue;
            _found = true;
            Start = start;
            End = end;
            if (end > start) _from = end;
            return true;
        }

        return false;
    }

    private readonly int Upcoming(int position) => position < _text.Length
        ? Math.Min(_text[position], (char)PatternInstruction.BeyondAscii)
        : PatternInstruction.TextEnd;

    /// <summary>The end of the first way to match from here up to an Accept, or -1.</summary>
    /// <param name="endsAt">Where the match has to end; -1 for anywhere.</param>
    private int Run(int instruction, int position, int endsAt)
    {
        var bottom = _depth;
        while (true)
        {
            var current = _program[instruction];
            var matched = false;
            switch (current.Step)
            {
                case PatternStep.Set:
                    matched = Take(current.Set!, ref position);
                    instruction++;
                    break;
                case PatternStep.Loop:
                    matched = Loop(current, instruction, ref position);
                    instruction++;
                    break;
                case PatternStep.Branch:
                    matched = Branch(current, current.Viable[Upcoming(position)], ref instruction, position);
                    break;
                case PatternStep.Jump:
                    matched = true;
                    instruction = current.Target;
                    break;
                case PatternStep.Atomic:
                    var end = Run(instruction + 1, position, endsAt: -1);
                    matched = end >= 0;
                    position = end;
                    instruction = current.Target;
                    break;
                case PatternStep.Look:
                    matched = Look(current, instruction + 1, position) != current.Negated;
                    instruction = current.Target;
                    break;
                case PatternStep.Anchor:
                    matched = Holds(current.Anchor, position);
                    instruction++;
                    break;
                case PatternStep.Accept when endsAt < 0 || endsAt == position:
                    _depth = bottom;
                    return position;
            }

            if (!matched && !Resume(bottom, ref instruction, ref position)) return -1;
        }
    }

    private readonly bool Take(CodePointSet set, ref int position)
    {
        if (position == _text.Length) return false;
        int codePoint = _text[position];
        var width = 1;
        if (char.IsHighSurrogate((char)codePoint))
        {
            codePoint = char.ConvertToUtf32((char)codePoint, _text[position + 1]);
            width = 2;
        }

        if (!set.Contains(codePoint)) return false;
        position += width;
        return true;
    }

    private bool Loop(PatternInstruction loop, int instruction, ref int position)
    {
        var limit = loop.Lazy ? loop.Minimum : loop.Maximum;
        var shortest = loop.Minimum == 0 ? position : -1;
        var set = loop.Set!;
        for (var count = 0; count < limit && Take(set, ref position);)
        {
            if (++count == loop.Minimum) shortest = position;
        }

        if (shortest < 0) return false;
        if (loop.Lazy) Push(new Backtrack(instruction, position, (ulong)loop.Minimum));
        else if (!loop.Possessive && shortest < position) Push(new Backtrack(instruction, position, (ulong)shortest));
        return true;
    }

    /// <summary>Goes on at the first of the options given as bits, and remembers the others.</summary>
    private bool Branch(PatternInstruction branch, ulong options, ref int instruction, int position)
    {
        if (options == 0) return false;
        var others = options & (options - 1);
        if (others != 0) Push(new Backtrack(instruction, position, others));
        instruction = branch.Options[BitOperations.TrailingZeroCount(options)];
        return true;
    }

    private bool Look(PatternInstruction look, int body, int position)
    {
        if (!look.Behind) return Run(body, position, endsAt: -1) >= 0;
        var earliest = Math.Max(0, position - look.Maximum);
        for (var start = position; start >= earliest; start--)
        {
            if (start < _text.Length && char.IsLowSurrogate(_text[start])) continue;
            if (Run(body, start, endsAt: position) >= 0) return true;
        }

        return false;
    }

    /// <summary>Returns to the last place with another way to go; false when there is none above the bottom.</summary>
    private bool Resume(int bottom, ref int instruction, ref int position)
    {
        while (_depth > bottom)
        {
            var entry = _stack[--_depth];
            var current = _program[entry.Instruction];
            instruction = entry.Instruction;
            position = entry.Position;
            if (current.Step == PatternStep.Branch) return Branch(current, entry.Rest, ref instruction, position);
            instruction++;
            if (current.Lazy)
            {
                if (entry.Rest == (ulong)current.Maximum || !Take(current.Set!, ref position)) continue;
                Push(new Backtrack(entry.Instruction, position, entry.Rest + 1));
                return true;
            }

            position -= char.IsLowSurrogate(_text[position - 1]) ? 2 : 1;
            if (position > (int)entry.Rest) Push(entry with { Position = position });
            return true;
        }

        return false;
    }

    private readonly bool Holds(PatternAnchor anchor, int position) => anchor switch
    {
        PatternAnchor.LineStart => position == 0 || _text[position - 1] == '\n' && position < _text.Length,
        PatternAnchor.LineEnd => position == _text.Length || _text[position] == '\n',
        PatternAnchor.TextStart => position == 0,
        PatternAnchor.TextEnd => position == _text.Length,
        PatternAnchor.TextEndOrLastNewline => position == _text.Length
            || position == _text.Length - 1 && _text[position] == '\n',
        PatternAnchor.WordBoundary => IsWordBefore(position) != IsWordAt(position),
        _ => IsWordBefore(position) == IsWordAt(position),
    };

    private readonly bool IsWordAt(int position) => Take(UnicodeProperties.Word, ref position);

    private readonly bool IsWordBefore(int position)
    {
        if (position == 0) return false;
        Rune.DecodeLastFromUtf16(_text[..position], out var rune, out _);
        return UnicodeProperties.Word.Contains(rune.Value);
    }

    private void Push(Backtrack entry)
    {
        if (_depth == _stack.Length)
        {
            var larger = new Backtrack[_stack.Length * 2];
            _stack.CopyTo(larger);
            _stack = larger;
        }

        _stack[_depth++] = entry;
    }
}
