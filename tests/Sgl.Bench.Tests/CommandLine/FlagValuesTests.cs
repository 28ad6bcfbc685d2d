using Sgl.Bench.CommandLine;
using Sgl.Engine.Requests;

namespace Sgl.Bench.Tests.CommandLine;

public sealed class FlagValuesTests
{
    private static readonly Command _command = new(
        "test",
        "for tests",
        [
            new("--batch-size", "N ...", "1", "several"),
            new("--input-len", "N", "128", "one"),
            new("--input-file", "PATH", null, "without default"),
            new("--rate", "R", "inf", "a number"),
            new("--quiet", null, null, "a switch"),
        ],
        (_, _) => Task.FromResult(0));

    [Fact]
    public void Defaults_hold_where_nothing_is_given()
    {
        FlagValues values = Parse();
        Assert.Equal([1], values.Integers("--batch-size", 1));
        Assert.Equal(128, values.Integer("--input-len", 1));
        Assert.Null(values.TextOrNull("--input-file"));
        Assert.Equal(double.PositiveInfinity, values.Number("--rate", 0, double.PositiveInfinity));
        Assert.False(values.Has("--quiet"));
    }

    [Fact]
    public void Values_follow_or_stand_behind_an_equals_sign_and_underscores_are_dashes()
    {
        FlagValues values = Parse("--input_len=5", "--batch-size", "1", "16", "--quiet", "--input-file", "a=b");
        Assert.Equal(5, values.Integer("--input-len", 1));
        Assert.Equal([1, 16], values.Integers("--batch-size", 1));
        Assert.Equal("a=b", values.Text("--input-file"));
        Assert.True(values.Has("--quiet"));
    }

    [Fact]
    public void A_unique_prefix_is_enough()
    {
        FlagValues values = Parse("--batch", "4", "--q", "--input-l", "9");
        Assert.Equal([4], values.Integers("--batch-size", 1));
        Assert.Equal(9, values.Integer("--input-len", 1));
        Assert.True(values.Has("--quiet"));
    }

    [Theory]
    [InlineData("--nothing", "'--nothing' is no flag of test")]
    [InlineData("--input 5", "'--input' could be --input-len or --input-file")]
    [InlineData("word", "'word' is no flag of test")]
    [InlineData("--", "'--' is no flag of test")]
    [InlineData("--input-len", "--input-len: its value is missing")]
    [InlineData("--input-len --quiet", "--input-len: its value is missing")]
    [InlineData("--input-len 5 6", "'6' is no flag of test")]
    [InlineData("--quiet=yes", "--quiet 'yes': this flag takes no value")]
    public void A_line_that_makes_no_sense_is_refused_by_name(string line, string message)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(() => Parse(line.Split(' ')));
        Assert.StartsWith(message, error.Message);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("many")]
    [InlineData("99999999999")]
    public void A_bad_integer_is_refused(string text)
    {
        UserErrorException error = Assert.Throws<UserErrorException>(
            () => Parse("--input-len", text).Integer("--input-len", 1));
        Assert.Equal($"--input-len '{text}': expected a whole number, 1 or more.", error.Message);
    }

    [Fact]
    public void A_number_outside_its_range_is_refused()
    {
        Assert.Equal(0.25, Parse("--rate", "0.25").Number("--rate", 0, 1));
        UserErrorException error = Assert.Throws<UserErrorException>(
            () => Parse("--rate", "nan").Number("--rate", 0, 1));
        Assert.Equal("--rate 'nan': expected a number from 0 to 1.", error.Message);
        Assert.Throws<UserErrorException>(() => Parse("--rate", "inf").Number("--rate", 0, 1));
        Assert.Throws<UserErrorException>(() => Parse("--rate", "1.5").Number("--rate", 0, 1));
    }

    [Fact]
    public void A_choice_lists_what_there_is()
    {
        UserErrorException error = Assert.Throws<UserErrorException>(
            () => Parse("--input-file", "c").Choice("--input-file", "a", "b"));
        Assert.Equal("--input-file 'c': expected one of a, b.", error.Message);
    }

    private static FlagValues Parse(params string[] args) => FlagValues.Parse(_command, args);
}
