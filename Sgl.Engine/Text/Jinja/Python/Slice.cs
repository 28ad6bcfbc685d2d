using System.Text;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary><c>[start:stop:step]</c>; each part is an integer or None.</summary>
internal sealed class Slice(object? start, object? stop, object? step)
{
    /// <exception cref="ChatTemplateException">A part that is no integer, or a step of 0.</exception>
    public object Of(object owner)
    {
        var count = PyIteration.Length(owner)!.Value;
        var (from, to, by, length) = Resolve(count);
        if (owner is PySequence sequence)
            return sequence.Slice(from, to, by, length);

        var text = (string)owner;
        if (by == 1)
        {
            var at = PyText.ToUnits(text, from);
            return text.Substring(at, PyText.ToUnits(text[at..], length));
        }

        var characters = PyText.Characters(text).ToArray();
        var picked = new StringBuilder(length);
        for (var i = 0; i < length; i++)
            picked.Append(characters[from + i * by]);
        return picked.ToString();
    }

    private (int From, int To, int By, int Length) Resolve(int count)
    {
        var by = step is null ? 1 : Part(step);
        if (by == 0)
            throw new ChatTemplateException("slice step cannot be zero");
        by = Math.Clamp(by, -int.MaxValue, int.MaxValue);
        var (low, high) = by > 0 ? (0, count) : (-1, count - 1);
        long from = start is null ? (by > 0 ? low : high) : Clamp(Part(start), count, low, high);
        long to = stop is null ? (by > 0 ? high : low) : Clamp(Part(stop), count, low, high);
        var length = by > 0 ? (to - from + by - 1) / by : (from - to - by - 1) / -(long)by;
        return ((int)from, (int)to, by, (int)Math.Max(0, length));
    }

    private static long Clamp(long index, int count, int low, int high) =>
        Math.Clamp(index < 0 ? index + count : index, low, high);

    private static int Part(object? value) => PyNumber.IsInteger(value) || value is Undefined
        ? PyNumber.ToIndex(value)
        : throw new ChatTemplateException("slice indices must be integers or None or have an __index__ method");
}
