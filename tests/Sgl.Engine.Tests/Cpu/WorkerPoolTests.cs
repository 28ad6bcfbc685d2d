using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Sgl.Engine.Cpu;

namespace Sgl.Engine.Tests.Cpu;

public sealed unsafe class WorkerPoolTests
{
    [Fact]
    public void EveryPieceRunsOnceHoweverManyThereAre()
    {
        foreach (int threads in (int[])[1, 2, 3, 8])
        {
            using var pool = new WorkerPool(threads);
            int[] counts = new int[200];
            fixed (int* first = counts)
            {
                for (int round = 0; round < 2000; round++)
                {
                    int pieces = round % counts.Length;
                    counts.AsSpan().Clear();
                    pool.Run(new CountWork(first, pieces - 1), pieces);
                    Assert.Equal(-1, counts.AsSpan(0, pieces).IndexOfAnyExcept(1));
                    Assert.Equal(-1, counts.AsSpan(pieces).IndexOfAnyExcept(0));
                }
            }
        }
    }

    [Fact]
    public void WorkersThatFellAsleepComeBack()
    {
        using var pool = new WorkerPool(2);
        using var other = new ManualResetEventSlim();
        for (int round = 0; round < 20; round++)
        {
            // Both pieces wait for each other, so the job ends only if a second thread takes part.
            int arrived = 0;
            pool.Run(new MeetWork(&arrived), 2);
            Assert.Equal(2, arrived);
            other.Wait(TimeSpan.FromMilliseconds(round % 4));
        }
    }

    [Fact]
    public void AnErrorReachesTheCallerAndThePoolGoesOn()
    {
        foreach (int threads in (int[])[1, 3])
        {
            using var pool = new WorkerPool(threads);
            int[] counts = new int[50];
            fixed (int* first = counts)
            {
                nint counters = (nint)first;
                for (int bad = 0; bad < counts.Length; bad += 7)
                {
                    int failing = bad;
                    var error = Assert.Throws<InvalidOperationException>(
                        () => pool.Run(new FailWork(failing), counts.Length));
                    Assert.Equal($"piece {failing}", error.Message);
                    counts.AsSpan().Clear();
                    pool.Run(new CountWork((int*)counters, 0), counts.Length);
                    Assert.Equal(-1, counts.AsSpan().IndexOfAnyExcept(1));
                }
            }
        }
    }

    [Fact]
    public void ThreadsEndWithThePool()
    {
        var seen = new ConcurrentBag<Thread>();
        using (var pool = new WorkerPool(3))
        {
            var handle = GCHandle.Alloc(seen);
            int arrived = 0;
            pool.Run(new NoteThreadWork((nint)handle, &arrived), 3);
            handle.Free();
        }

        Assert.All(seen.Where(thread => thread != Thread.CurrentThread), thread => Assert.False(thread.IsAlive));
    }

    [Fact]
    public void ADispatchAllocatesNothing()
    {
        using var pool = new WorkerPool(2);
        int[] counts = new int[10];
        fixed (int* first = counts)
        {
            pool.Run(new CountWork(first, 0), counts.Length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                pool.Run(new CountWork(first, 0), counts.Length);
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    /// <summary>Counts its runs; one of the pieces is slower than the others.</summary>
    private readonly struct CountWork(int* counts, int slow) : IWork
    {
        public void Run(int piece)
        {
            if (piece == slow)
                Thread.SpinWait(200);
            Interlocked.Increment(ref counts[piece]);
        }
    }

    private readonly struct MeetWork(int* arrived) : IWork
    {
        public void Run(int piece)
        {
            Interlocked.Increment(ref *arrived);
            var spinner = new SpinWait();
            while (Volatile.Read(ref *arrived) < 2)
                spinner.SpinOnce();
        }
    }

    private readonly struct FailWork(int bad) : IWork
    {
        public void Run(int piece)
        {
            if (piece == bad)
                throw new InvalidOperationException($"piece {piece}");
        }
    }

    private readonly struct NoteThreadWork(nint bag, int* arrived) : IWork
    {
        public void Run(int piece)
        {
            var handle = GCHandle.FromIntPtr(bag);
            ((ConcurrentBag<Thread>)handle.Target!).Add(Thread.CurrentThread);
            Interlocked.Increment(ref *arrived);
            var spinner = new SpinWait();
            while (Volatile.Read(ref *arrived) < 3)
                spinner.SpinOnce();
        }
    }
}
