using System.Text;

namespace Sgl.Gateway.Metrics;

/// <summary>What was measured under one name and one set of labels.</summary>
internal abstract class Series
{
    public abstract void Record(double value);

    /// <param name="labels">As they stand between the braces; may be empty.</param>
    public abstract void WriteTo(StringBuilder text, string name, string labels);
}
