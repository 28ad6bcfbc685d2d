namespace Sgl.Gateway.Hosting;

/// <summary>
/// Shows on stderr how much of the weights is read: one line that grows on a terminal, else a line per tenth.
/// </summary>
internal sealed class LoadingProgress
{
    private const int Tenths = 10;

    private readonly bool _terminal = !Console.IsErrorRedirected;
    private int _shown = -1;

    public void Report(long read, long all)
    {
        int percent = all > 0 ? (int)(100 * read / all) : 100;
        int step = _terminal ? percent : percent / Tenths * Tenths;
        if (step == _shown)
            return;
        _shown = step;
        string line = $"Loading weights: {step,3} % of {all / 1e6:F1} MB";
        if (_terminal)
            Console.Error.Write(percent == 100 ? $"\r{line}\n" : $"\r{line}");
        else
            Console.Error.WriteLine(line);
    }
}
