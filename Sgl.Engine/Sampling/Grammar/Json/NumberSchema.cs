using System.Globalization;
using static Sgl.Engine.Sampling.Grammar.GrammarNode;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>Numbers between bounds. With a bound they are written without an exponent.</summary>
internal static class NumberSchema
{
    /// <summary>18 nines: bounds beyond it bind nothing.</summary>
    private const decimal Largest = 999_999_999_999_999_999;

    public static GrammarNode CompileInteger(SchemaPlace schema, JsonText json)
    {
        if (Bounds(schema) is not { } bounds)
            return json.Integer;
        decimal least = bounds.Least is { } low ? decimal.Ceiling(low.Value) : -Largest;
        decimal most = bounds.Most is { } high ? decimal.Floor(high.Value) : Largest;
        if (bounds.Least is { Inclusive: false } && least == bounds.Least.Value.Value)
            least++;
        if (bounds.Most is { Inclusive: false } && most == bounds.Most.Value.Value)
            most--;
        if (least > most)
            throw schema.Fault("no integer lies between the bounds");
        List<GrammarNode> options = [];
        if (least < 0)
            options.Add(Of(new Literal("-"), DigitRanges.Integer(Math.Max(1, -most), -least)));
        if (most >= 0)
            options.Add(DigitRanges.Integer(Math.Max(0, least), most));
        return new Choice(options);
    }

    public static GrammarNode Compile(SchemaPlace schema, JsonText json)
    {
        if (Bounds(schema) is not { } bounds)
            return json.Number;
        Bound least = bounds.Least ?? new Bound(-Largest, true), most = bounds.Most ?? new Bound(Largest, true);
        if (least.Value > most.Value || least.Value == most.Value && !(least.Inclusive && most.Inclusive))
            throw schema.Fault("no number lies between the bounds");
        List<GrammarNode> options = [];
        if (least.Value < 0)
        {
            // A zero is written without a sign.
            Bound smallest = most.Value < 0 ? new Bound(-most.Value, most.Inclusive) : new Bound(0, false);
            options.Add(Of(
                new Literal("-"), DigitRanges.Decimal(smallest, new Bound(-least.Value, least.Inclusive))));
        }
        if (most.Value > 0 || most.Value == 0 && most.Inclusive)
            options.Add(DigitRanges.Decimal(least.Value >= 0 ? least : new Bound(0, true), most));
        return new Choice(options);
    }

    private static (Bound? Least, Bound? Most)? Bounds(SchemaPlace schema)
    {
        Bound? least = Tighter(Find(schema, "minimum", true), Find(schema, "exclusiveMinimum", false), 1);
        Bound? most = Tighter(Find(schema, "maximum", true), Find(schema, "exclusiveMaximum", false), -1);
        return least is null && most is null ? null : (least, most);
    }

    private static Bound? Find(SchemaPlace schema, string name, bool inclusive)
    {
        if (schema.FindNumber(name) is not decimal value)
            return null;
        return Math.Abs(value) <= Largest ? new Bound(value, inclusive)
            : throw schema.Find(name)!.Value.Fault("the bound must have at most 18 digits before the point");
    }

    /// <param name="sign">1 when the larger is the tighter one.</param>
    private static Bound? Tighter(Bound? a, Bound? b, int sign)
    {
        if (a is not { } one || b is not { } other)
            return a ?? b;
        int order = sign * one.Value.CompareTo(other.Value);
        return order > 0 || order == 0 && !one.Inclusive ? one : other;
    }

    internal readonly record struct Bound(decimal Value, bool Inclusive)
    {
        /// <summary>The digits behind the point, without zeros at the end.</summary>
        public string Fraction
        {
            get
            {
                string text = Value.ToString(CultureInfo.InvariantCulture);
                return text.Contains('.') ? text[(text.IndexOf('.') + 1)..].TrimEnd('0') : "";
            }
        }
    }
}
