using Sgl.Cuda.Interop;

namespace Sgl.Cuda.Compilation;

/// <summary>One compiled .cu file; loaded onto the device when its first kernel is asked for.</summary>
internal sealed unsafe class KernelModule(CudaContext context, byte[] cubin) : IDisposable
{
    private readonly Dictionary<string, Kernel> _kernels = [];
    private nint _module;

    /// <param name="sharedBytes">Dynamic shared memory that the kernel may be launched with.</param>
    public Kernel Get(string name, int sharedBytes = 0)
    {
        if (_kernels.TryGetValue(name, out Kernel? known))
            return known;
        context.MakeCurrent();
        if (_module == 0)
        {
            fixed (byte* image = cubin)
                Driver.Check(Driver.ModuleLoadData(out _module, image));
        }
        Driver.Check(Driver.ModuleGetFunction(out nint function, _module, name), name);
        if (sharedBytes > 48 * 1024)
        {
            Driver.Check(
                Driver.FunctionSetAttribute(function, Driver.FunctionMaxDynamicSharedBytes, sharedBytes), name);
        }
        return _kernels[name] = new Kernel(context, name, function);
    }

    public void Dispose()
    {
        if (_module != 0)
            Driver.Check(Driver.ModuleUnload(_module));
        _module = 0;
    }
}
