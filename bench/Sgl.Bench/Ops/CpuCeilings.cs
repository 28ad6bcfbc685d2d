using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sgl.Bench.Ops;

/// <summary>
/// What this machine can do at most, measured by the plainest loops: reading memory and multiplying and adding in
/// registers.
/// </summary>
internal static unsafe class CpuCeilings
{
    // Enough sums side by side to hide an addition's latency, few enough to stay in registers.
    private const int FmaChains = 12;
    private const int FmaRounds = 1 << 16;

    /// <summary>Bytes per second when all threads together read so many bytes again and again.</summary>
    public static double ReadBytesPerSecond(int threads, long bytes, TimeSpan time)
    {
        long share = bytes / threads / 256 * 256;
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)(share * threads), 64);
        try
        {
            NativeMemory.Fill(memory, (nuint)(share * threads), 1);
            double seconds = BestRound(threads, time, thread => Read(memory + thread * share, share));
            return share * threads / seconds;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    /// <summary>
    /// Float32 operations per second (a fused multiply-add counts two) of the widest vectors on all threads.
    /// </summary>
    public static double FlopsPerSecond(int threads, TimeSpan time)
    {
        double seconds = BestRound(threads, time, _ => MultiplyAdd());
        int lanes = Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;
        return 2.0 * lanes * FmaChains * FmaRounds * threads / seconds;
    }

    /// <summary>Seconds of the fastest round, in which every thread works once.</summary>
    private static double BestRound(int threads, TimeSpan time, Action<int> work)
    {
        double best = double.PositiveInfinity;
        using Barrier barrier = new(threads);
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        bool last = false;
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(thread => new Thread(() => Rounds(thread)))];
        foreach (Thread other in others)
            other.Start();
        Rounds(0);
        foreach (Thread other in others)
            other.Join();
        return best;

        void Rounds(int thread)
        {
            while (true)
            {
                if (thread == 0)
                    last = Stopwatch.GetTimestamp() >= end && !double.IsInfinity(best);
                barrier.SignalAndWait();
                if (last)
                    return;
                long start = Stopwatch.GetTimestamp();
                work(thread);
                barrier.SignalAndWait();
                if (thread == 0)
                    best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Read(byte* memory, long bytes)
    {
        // Four streams, as many as a matrix product reads rows at a time.
        long quarter = bytes / 4;
        Vector512<uint> a = default, b = default, c = default, d = default;
        for (long i = 0; i < quarter; i += 64)
        {
            a |= Vector512.Load((uint*)(memory + i));
            b |= Vector512.Load((uint*)(memory + quarter + i));
            c |= Vector512.Load((uint*)(memory + 2 * quarter + i));
            d |= Vector512.Load((uint*)(memory + 3 * quarter + i));
        }

        Keep((a | b | c | d)[0]);
    }

    private static void MultiplyAdd()
    {
        if (Vector512.IsHardwareAccelerated)
            MultiplyAdd512();
        else if (Vector256.IsHardwareAccelerated)
            MultiplyAdd256();
        else
            MultiplyAdd128();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyAdd512()
    {
        Vector512<float> x = Vector512.Create(0.9f), y = Vector512.Create(0.1f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < FmaRounds; round++)
        {
            a = Vector512.MultiplyAddEstimate(a, x, y);
            b = Vector512.MultiplyAddEstimate(b, x, y);
            c = Vector512.MultiplyAddEstimate(c, x, y);
            d = Vector512.MultiplyAddEstimate(d, x, y);
            e = Vector512.MultiplyAddEstimate(e, x, y);
            f = Vector512.MultiplyAddEstimate(f, x, y);
            g = Vector512.MultiplyAddEstimate(g, x, y);
            h = Vector512.MultiplyAddEstimate(h, x, y);
            i = Vector512.MultiplyAddEstimate(i, x, y);
            j = Vector512.MultiplyAddEstimate(j, x, y);
            k = Vector512.MultiplyAddEstimate(k, x, y);
            l = Vector512.MultiplyAddEstimate(l, x, y);
        }

        Keep(Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyAdd256()
    {
        Vector256<float> x = Vector256.Create(0.9f), y = Vector256.Create(0.1f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < FmaRounds; round++)
        {
            a = Vector256.MultiplyAddEstimate(a, x, y);
            b = Vector256.MultiplyAddEstimate(b, x, y);
            c = Vector256.MultiplyAddEstimate(c, x, y);
            d = Vector256.MultiplyAddEstimate(d, x, y);
            e = Vector256.MultiplyAddEstimate(e, x, y);
            f = Vector256.MultiplyAddEstimate(f, x, y);
            g = Vector256.MultiplyAddEstimate(g, x, y);
            h = Vector256.MultiplyAddEstimate(h, x, y);
            i = Vector256.MultiplyAddEstimate(i, x, y);
            j = Vector256.MultiplyAddEstimate(j, x, y);
            k = Vector256.MultiplyAddEstimate(k, x, y);
            l = Vector256.MultiplyAddEstimate(l, x, y);
        }

        Keep(Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MultiplyAdd128()
    {
        Vector128<float> x = Vector128.Create(0.9f), y = Vector128.Create(0.1f);
        Vector128<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (int round = 0; round < FmaRounds; round++)
        {
            a = Vector128.MultiplyAddEstimate(a, x, y);
            b = Vector128.MultiplyAddEstimate(b, x, y);
            c = Vector128.MultiplyAddEstimate(c, x, y);
            d = Vector128.MultiplyAddEstimate(d, x, y);
            e = Vector128.MultiplyAddEstimate(e, x, y);
            f = Vector128.MultiplyAddEstimate(f, x, y);
            g = Vector128.MultiplyAddEstimate(g, x, y);
            h = Vector128.MultiplyAddEstimate(h, x, y);
            i = Vector128.MultiplyAddEstimate(i, x, y);
            j = Vector128.MultiplyAddEstimate(j, x, y);
            k = Vector128.MultiplyAddEstimate(k, x, y);
            l = Vector128.MultiplyAddEstimate(l, x, y);
        }

        Keep(Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
    }

    /// <summary>Keeps a loop whose result nobody needs from being left out.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep<T>(T value) => _ = value;
}
