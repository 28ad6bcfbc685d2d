namespace Sgl.Cuda.Parity;

/// <summary>Collects checks and measurements, and prints them as a short table at the end.</summary>
internal sealed class Report
{
    private readonly SortedDictionary<string, (int Runs, double Worst, double Limit, string? Failure)> _checks = [];
    private readonly List<string> _measurements = [];

    /// <summary>A check passes when its error is at most the limit; NaN never passes.</summary>
    public void Check(string name, double error, double limit, string shape)
    {
        bool ok = error <= limit;
        (int runs, double worst, _, string? failure) = _checks.GetValueOrDefault(name);
        if (!ok)
            failure ??= $"{error:e2} at {shape}";
        _checks[name] = (runs + 1, double.IsNaN(error) ? error : Math.Max(worst, error), limit, failure);
    }

    /// <summary>What threw is a failed check too.</summary>
    public void Guard(string name, string shape, Action check)
    {
        try
        {
            check();
        }
        catch (Exception error)
        {
            _checks[name] = (1, double.NaN, 0, $"{shape}: {error.GetType().Name}: {error.Message}");
            Console.WriteLine($"{name} {shape}: {error}");
        }
    }

    public void Measured(string line)
    {
        _measurements.Add(line);
        Console.WriteLine(line);
    }

    /// <returns>The number of failed checks.</returns>
    public int Print()
    {
        foreach ((string name, (int runs, double worst, double limit, string? failure)) in _checks)
        {
            string verdict = failure is null ? "ok" : $"FAILED {failure}";
            Console.WriteLine($"{name,-34} {runs,4} runs  worst {worst:e2}  limit {limit:e0}  {verdict}");
        }
        foreach (string line in _measurements)
            Console.WriteLine(line);
        int failed = _checks.Values.Count(check => check.Failure is not null);
        Console.WriteLine($"{_checks.Count - failed} passed, {failed} failed");
        return failed;
    }
}
