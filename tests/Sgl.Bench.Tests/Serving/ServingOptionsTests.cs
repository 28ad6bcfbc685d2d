using Sgl.Bench.CommandLine;
using Sgl.Bench.Serving;

namespace Sgl.Bench.Tests.Serving;

public sealed class ServingOptionsTests
{
    private const int Vocabulary = 800;

    [Fact]
    public void The_same_seed_makes_the_same_requests()
    {
        Assert.Equal(Flat(Requests()), Flat(Requests()));
        Assert.NotEqual(Flat(Requests()), Flat(Requests("--seed", "2")));
    }

    [Fact]
    public void Lengths_are_full_at_ratio_one_and_spread_below_it()
    {
        Assert.All(Requests("--random-range-ratio", "1"), request =>
            Assert.Equal((64, 32), (request.Prompt.Length, request.OutputLength)));
        ServingRequest[] spread = Requests("--random-range-ratio", "0.5");
        Assert.All(spread, request => Assert.InRange(request.Prompt.Length, 32, 64));
        Assert.All(spread, request => Assert.InRange(request.OutputLength, 16, 32));
        Assert.Equal(33, spread.Select(request => request.Prompt.Length).Distinct().Count());
    }

    [Fact]
    public void Prompts_share_the_prefix_and_nothing_else()
    {
        ServingRequest[] requests = Requests("--shared-prefix-len", "20", "--random-range-ratio", "1");
        Assert.Single(requests.Select(request => string.Join(' ', request.Prompt[..20])).Distinct());
        string[] rests = [.. requests.Select(request => string.Join(' ', request.Prompt[20..]))];
        Assert.Equal(rests.Length, rests.Distinct().Count());
        Assert.All(requests, request => Assert.Equal(84, request.Prompt.Length));
    }

    [Fact]
    public void Ids_stay_clear_of_the_vocabularys_ends() =>
        Assert.All(Requests().SelectMany(request => request.Prompt), id => Assert.InRange(id, 100, 699));

    [Fact]
    public void Arrivals_are_poisson_at_the_rate_and_all_at_once_without_one()
    {
        Assert.All(Requests(), request => Assert.Equal(0, request.SendAtSeconds));
        double[] at = [.. Requests("--request-rate", "4").Select(request => request.SendAtSeconds)];
        double[] gaps = [.. at.Zip(at.Skip(1), (earlier, later) => later - earlier)];
        // Exponential gaps: mean and standard deviation are both 1 / rate.
        Assert.Equal(0, at[0]);
        Assert.InRange(gaps.Average(), 0.22, 0.28);
        double variance = gaps.Average(gap => gap * gap) - gaps.Average() * gaps.Average();
        Assert.InRange(Math.Sqrt(variance), 0.2, 0.3);
    }

    private static ServingRequest[] Requests(params string[] args) => ServingOptions.Read(FlagValues.Parse(
        ServingCommand.Command,
        ["--num-prompts", "1000", "--random-input-len", "64", "--random-output-len", "32", .. args]))
        .MakeRequests(Vocabulary);

    private static IEnumerable<int> Flat(ServingRequest[] requests) =>
        requests.SelectMany(request => request.Prompt.Append(request.OutputLength));
}
