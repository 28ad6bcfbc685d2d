using Sgl.Cuda.Interop;
using Sgl.Engine.Execution;

namespace Sgl.Cuda;

/// <summary>One device's primary context with one stream, on which everything runs in order.</summary>
internal sealed unsafe class CudaContext : IDisposable
{
    private readonly int _device;
    private readonly nint _context;
    private int _currentThread;

    /// <exception cref="CudaException">The driver refuses.</exception>
    public CudaContext(CudaDevice device)
    {
        Device = device;
        Driver.Check(Driver.Init(0));
        Driver.Check(Driver.DeviceGet(out _device, device.Ordinal));
        Driver.Check(Driver.PrimaryContextRetain(out _context, _device));
        MakeCurrent();
        Driver.Check(Driver.StreamCreate(out nint stream, Driver.StreamNonBlocking));
        Stream = stream;
    }

    public CudaDevice Device { get; }

    public nint Stream { get; }

    /// <summary>Bytes free on the device now.</summary>
    public long FreeBytes
    {
        get
        {
            MakeCurrent();
            Driver.Check(Driver.MemGetInfo(out nuint free, out _));
            return (long)free;
        }
    }

    /// <summary>Grows with every <see cref="Free"/>: what was recorded before may use memory that is gone.</summary>
    public long FreedCount { get; private set; }

    /// <summary>
    /// A context is current per thread; a model may be loaded on another thread than the one that runs it.
    /// </summary>
    public void MakeCurrent()
    {
        if (_currentThread == Environment.CurrentManagedThreadId)
            return;
        Driver.Check(Driver.ContextSetCurrent(_context));
        _currentThread = Environment.CurrentManagedThreadId;
    }

    /// <summary>Device memory, at an address divisible by 256; contents are undefined.</summary>
    /// <exception cref="DeviceMemoryException">There is not so much.</exception>
    public nint Allocate(long bytes)
    {
        MakeCurrent();
        int code = Driver.MemAlloc(out nint address, (nuint)Math.Max(bytes, 1));
        if (code != 0)
        {
            string free = $"{FreeBytes:N0} of {Device.TotalBytes:N0} are free on {Device.Name}";
            Driver.Check(code, $"{bytes:N0} bytes were asked for, {free}", "MemAlloc");
        }
        return address;
    }

    public void Free(nint address)
    {
        FreeUnrecorded(address);
        FreedCount++;
    }

    /// <summary>Frees memory that no recorded graph can have seen.</summary>
    public void FreeUnrecorded(nint address)
    {
        MakeCurrent();
        Driver.Check(Driver.MemFree(address));
    }

    /// <summary>Host memory that the device copies from and to by itself.</summary>
    public nint AllocatePinned(long bytes)
    {
        MakeCurrent();
        Driver.Check(
            Driver.MemHostAlloc(out nint address, (nuint)Math.Max(bytes, 1), 0), $"{bytes:N0} bytes of pinned memory");
        return address;
    }

    public void FreePinned(nint address)
    {
        MakeCurrent();
        Driver.Check(Driver.MemFreeHost(address));
    }

    public void CopyToDevice(nint device, nint host, long bytes) =>
        Driver.Check(Driver.CopyToDevice(device, host, (nuint)bytes, Stream));

    public void CopyToHost(nint host, nint device, long bytes) =>
        Driver.Check(Driver.CopyToHost(host, device, (nuint)bytes, Stream));

    public void CopyOnDevice(nint to, nint from, long bytes) =>
        Driver.Check(Driver.CopyOnDevice(to, from, (nuint)bytes, Stream));

    public void Zero(nint address, long bytes) =>
        Driver.Check(Driver.MemsetBytes(address, 0, (nuint)bytes, Stream));

    /// <summary>Waits until the stream is empty; what went wrong in kernels comes out here.</summary>
    public void Synchronize() => Driver.Check(Driver.StreamSynchronize(Stream));

    public void Dispose()
    {
        MakeCurrent();
        Driver.Check(Driver.StreamDestroy(Stream));
        Driver.Check(Driver.PrimaryContextRelease(_device));
    }
}
