using Sgl.Cuda.Interop;

namespace Sgl.Cuda.Compilation;

/// <summary>A kernel. Each takes one argument: a struct that the .cu file and the launcher declare alike.</summary>
internal sealed unsafe class Kernel(CudaContext context, string name, nint function)
{
    private const int MaxGridYZ = 65535;

    /// <param name="grid">Blocks; an empty grid launches nothing.</param>
    /// <param name="threads">Of one block.</param>
    public void Launch<T>((int X, int Y, int Z) grid, int threads, in T arguments, int sharedBytes = 0)
        where T : unmanaged
    {
        if (grid.X == 0 || grid.Y == 0 || grid.Z == 0)
            return;
        if (grid.Y > MaxGridYZ || grid.Z > MaxGridYZ)
            throw new ArgumentOutOfRangeException(nameof(grid), grid, $"{name}: y and z of a grid end at {MaxGridYZ}.");
        // Hopper starts a kernel's blocks while the one before ends; kernels wait for it themselves (Common.cuh).
        Driver.LaunchAttribute overlap = new() { Id = Driver.AttributeProgrammaticStreamSerialization, Value = 1 };
        Driver.LaunchConfig config = new()
        {
            GridX = (uint)grid.X,
            GridY = (uint)grid.Y,
            GridZ = (uint)grid.Z,
            BlockX = (uint)threads,
            BlockY = 1,
            BlockZ = 1,
            SharedBytes = (uint)sharedBytes,
            Stream = context.Stream,
            Attributes = &overlap,
            AttributeCount = context.Device.Major >= 9 ? 1u : 0u,
        };
        fixed (T* pointer = &arguments)
        {
            void* parameter = pointer;
            Driver.Check(Driver.LaunchKernel(&config, function, &parameter, null), name);
        }
    }
}
