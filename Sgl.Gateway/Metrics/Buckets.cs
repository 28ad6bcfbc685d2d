namespace Sgl.Gateway.Metrics;

/// <summary>
/// Upper bounds of histograms: SGLang's, and for times some below, for its first one is above what a small model takes.
/// </summary>
internal static class Buckets
{
    public static double[] FirstToken { get; } =
    [
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
        0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400,
    ];

    public static double[] InterToken { get; } =
    [
        0.0002, 0.0005, 0.001,
        0.002, 0.004, 0.006, 0.008, 0.010, 0.015, 0.020, 0.025, 0.030, 0.035, 0.040, 0.060, 0.080, 0.100, 0.200, 0.400,
        0.600, 0.800, 1, 2, 4, 6, 8,
    ];

    public static double[] EndToEnd { get; } =
    [
        0.005, 0.01, 0.02, 0.05,
        0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 20, 40, 60, 80, 100, 200, 400, 600, 1200, 1800, 2400,
    ];

    public static double[] Queue { get; } =
    [
        0, 0.001, 0.005, 0.010, 0.050, 0.100, 0.200, 0.500, 1, 2, 3, 4, 5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90, 100,
        200, 300, 400, 500, 600, 700, 800, 900, 1000, 1200, 1400, 1600, 1800, 2000, 2500, 3000,
    ];

    /// <summary>Of prompts and of outputs.</summary>
    public static double[] Tokens { get; } =
    [
        100, 300, 500, 700, 1000, 1500, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 12500, 15000, 17500,
        20000, 22500, 25000, 27500, 30000, 35000, 40000, 60000, 80000, 100000, 200000, 300000, 400000, 600000, 800000,
        1000000, 1100000,
    ];
}
