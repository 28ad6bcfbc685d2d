using System.Globalization;
using static Sgl.Engine.Sampling.Grammar.GrammarNode;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>
/// Numbers between two others, digit by digit: as long as the digits are those of a bound, the bound decides which may
/// come next; behind the first that differs all are free.
/// </summary>
internal static class DigitRanges
{
    private const int FractionDigits = 15;

    /// <summary>Integers from one to another, both 0 or more and inclusive.</summary>
    public static GrammarNode Integer(decimal least, decimal most)
    {
        string low = Text(least), high = Text(most);
        if (low.Length == high.Length)
            return Between(low, high, low.Length);
        List<GrammarNode> options = [Between(low, null, low.Length), Between(Shortest(high.Length), high, high.Length)];
        if (high.Length - low.Length > 1)
            options.Insert(1, Of(
                JsonText.Range('1', '9'), JsonText.Digit(low.Length, high.Length - 2)));
        return new Choice(options);

        static string Shortest(int digits) => "1" + new string('0', digits - 1);
    }

    /// <summary>Decimals from one to another, both 0 or more.</summary>
    public static GrammarNode Decimal(NumberSchema.Bound least, NumberSchema.Bound most)
    {
        decimal low = decimal.Truncate(least.Value), high = decimal.Truncate(most.Value);
        Edge lower = new(least.Fraction, least.Inclusive), upper = new(most.Fraction, most.Inclusive);
        if (low == high)
            return Of(new Literal(Text(low)), Fraction(lower, upper));
        List<GrammarNode> options =
        [
            Of(new Literal(Text(low)), Fraction(lower, null)),
            Of(new Literal(Text(high)), Fraction(null, upper)),
        ];
        if (high - low > 1)
            options.Add(Of(Integer(low + 1, high - 1), Fraction(null, null)));
        return new Choice(options);
    }

    /// <param name="low">The least digits; null when all may come.</param>
    /// <param name="high">The greatest digits; null when all may come.</param>
    private static GrammarNode Between(string? low, string? high, int digits)
    {
        if (digits == 0)
            return Empty;
        if (low is null && high is null)
            return JsonText.Digit(digits, digits);
        char first = low?[0] ?? '0', last = high?[0] ?? '9';
        if (first == last)
            return Of(JsonText.Range(first, last), Between(low?[1..], high?[1..], digits - 1));
        List<GrammarNode> options = [];
        if (low is not null)
            options.Add(Of(JsonText.Range(first, first++), Between(low[1..], null, digits - 1)));
        if (high is not null)
            options.Add(Of(JsonText.Range(last, last--), Between(null, high[1..], digits - 1)));
        if (first <= last)
            options.Add(Of(JsonText.Range(first, last), JsonText.Digit(digits - 1, digits - 1)));
        return new Choice(options);
    }

    /// <summary>The point and what is behind it, or nothing.</summary>
    private static GrammarNode Fraction(Edge? low, Edge? high)
    {
        GrammarNode digits = Of(new Literal("."), Digits(low, high, FractionDigits));
        return MayEnd(low, high) ? Optional(digits) : digits;
    }

    /// <summary>One digit or more.</summary>
    private static GrammarNode Digits(Edge? low, Edge? high, int digits)
    {
        if (digits == 0)
            return Never;
        if (low is null && high is null)
            return JsonText.Digit(1, digits);
        List<GrammarNode> options = [];
        for (char digit = low?.First ?? '0'; digit <= (high?.First ?? '9'); digit++)
        {
            Edge? nextLow = low is { } l && digit == l.First ? l.Next : null;
            Edge? nextHigh = high is { } h && digit == h.First ? h.Next : null;
            GrammarNode more = Digits(nextLow, nextHigh, digits - 1);
            options.Add(Of(
                JsonText.Range(digit, digit), MayEnd(nextLow, nextHigh) ? Optional(more) : more));
        }
        return new Choice(options);
    }

    /// <summary>With zeros in the place of the digits that do not come.</summary>
    private static bool MayEnd(Edge? low, Edge? high) =>
        (low is not { } l || l.Rest.Length == 0 && l.Inclusive)
        && (high is not { } h || h.Rest.Length > 0 || h.Inclusive);

    private static string Text(decimal value) => value.ToString("0", CultureInfo.InvariantCulture);

    /// <summary>What is left of a bound that the digits so far are equal to.</summary>
    private readonly record struct Edge(string Rest, bool Inclusive)
    {
        public char First => Rest.Length > 0 ? Rest[0] : '0';

        public Edge Next => this with { Rest = Rest.Length > 0 ? Rest[1..] : "" };
    }
}
