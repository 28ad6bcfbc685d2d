using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Sgl.Engine.Cpu;

/// <summary>
/// Runs one job at a time on the caller's thread and a few workers. A job is over when its pieces are, not when every
/// worker has answered: a worker that sleeps or was put aside by the system holds nobody up. Workers wait for the next
/// job by spinning for a moment (a step's jobs follow each other closely) and then sleep.
/// </summary>
internal sealed unsafe class WorkerPool : IDisposable
{
    private static readonly long _spinTicks = Stopwatch.Frequency / 20_000; // 50 µs

    private readonly Thread[] _workers;
    private readonly object _gate = new();

    // The job's number in the upper half, its pieces not yet taken in the lower: taking one is a compare-and-swap that
    // fails when the job is no longer the one that was looked at.
    private long _open;
    private int _unfinished;
    private int _pieces;
    private void* _work;
    private delegate*<void*, int, void> _run;
    private Exception? _error;

    private int _sleepers;
    private bool _callerSleeps;
    private bool _stopped;

    /// <param name="threads">The caller's included: 1 means no workers.</param>
    public WorkerPool(int threads)
    {
        _workers = new Thread[threads - 1];
        for (int i = 0; i < _workers.Length; i++)
        {
            _workers[i] = new Thread(Work) { IsBackground = true, Name = $"cpu-worker-{i + 1}" };
            _workers[i].Start();
        }
    }

    public int Threads => _workers.Length + 1;

    /// <summary>Runs pieces 0 to pieces - 1 and returns when all are done. Not reentrant.</summary>
    /// <param name="alone">True when the job is too small to share: the caller then does it all.</param>
    /// <exception cref="Exception">The first that a piece threw; the others have run or thrown by then.</exception>
    public void Run<TWork>(TWork work, int pieces, bool alone = false)
        where TWork : unmanaged, IWork
    {
        if (alone || pieces <= 1 || _workers.Length == 0)
        {
            for (int piece = 0; piece < pieces; piece++)
                work.Run(piece);
            return;
        }

        _work = &work;
        _run = &RunPiece<TWork>;
        _pieces = pieces;
        Volatile.Write(ref _unfinished, pieces);
        Interlocked.Exchange(ref _open, ((_open >> 32) + 1 << 32) | (uint)pieces);
        if (Volatile.Read(ref _sleepers) > 0)
            WakeWorkers();

        TakePieces();
        AwaitOthers();
        if (Interlocked.Exchange(ref _error, null) is { } error)
            ExceptionDispatchInfo.Throw(error);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        foreach (Thread worker in _workers)
            worker.Join();
    }

    private static void RunPiece<TWork>(void* work, int piece)
        where TWork : unmanaged, IWork => ((TWork*)work)->Run(piece);

    private void TakePieces()
    {
        long open = Volatile.Read(ref _open);
        while ((uint)open != 0)
        {
            long seen = Interlocked.CompareExchange(ref _open, open - 1, open);
            if (seen == open)
            {
                // Having a piece keeps the job alive: what describes it is read only now.
                Finish(_pieces - (int)(uint)open);
                seen = Volatile.Read(ref _open);
            }

            open = seen;
        }
    }

    private void Finish(int piece)
    {
        try
        {
            _run(_work, piece);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _error, error, null);
        }

        if (Interlocked.Decrement(ref _unfinished) == 0 && Volatile.Read(ref _callerSleeps))
        {
            lock (_gate)
                Monitor.PulseAll(_gate);
        }
    }

    private void AwaitOthers()
    {
        if (Spin(static pool => Volatile.Read(ref pool._unfinished) == 0))
            return;
        lock (_gate)
        {
            Volatile.Write(ref _callerSleeps, true);
            Interlocked.MemoryBarrier();
            while (Volatile.Read(ref _unfinished) != 0)
                Monitor.Wait(_gate);
            _callerSleeps = false;
        }
    }

    private void Work()
    {
        while (true)
        {
            TakePieces();
            if (Spin(static pool => (uint)Volatile.Read(ref pool._open) != 0))
                continue;
            lock (_gate)
            {
                Interlocked.Increment(ref _sleepers);
                while ((uint)Volatile.Read(ref _open) == 0 && !_stopped)
                    Monitor.Wait(_gate);
                _sleepers--;
                if (_stopped)
                    return;
            }
        }
    }

    private void WakeWorkers()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    /// <summary>Whether the condition came true within the time that spinning is worth.</summary>
    private bool Spin(Func<WorkerPool, bool> condition)
    {
        for (long end = Stopwatch.GetTimestamp() + _spinTicks; Stopwatch.GetTimestamp() < end;)
        {
            for (int i = 0; i < 16; i++)
            {
                if (condition(this))
                    return true;
                Thread.SpinWait(1);
            }
        }

        return false;
    }
}
