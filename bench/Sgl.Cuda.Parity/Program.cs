using Sgl.Cuda;
using Sgl.Cuda.Parity;
using Sgl.Engine.Execution;

// usage: Sgl.Cuda.Parity (ops | models FOLDER | bench)...
// Compares the GPU with the CPU and measures it; exits with the number of failed checks, 2 where there is no GPU.
CudaProbe probe = CudaDevices.Probe();
if (probe.Problem is { } problem)
{
    Console.Error.WriteLine(problem);
    return 2;
}
CudaDevice device = probe.Devices[0];
Console.WriteLine($"{device.Name}, {device.Architecture}, {device.Multiprocessors} SMs, {device.TotalBytes >> 30} GiB");

Report report = new();
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "ops":
            foreach (DataType type in (DataType[])[DataType.BFloat16, DataType.Float16])
                OpChecks.Run(device, type, report);
            break;
        case "models":
            FixtureChecks.Run(device, args[++i], report);
            break;
        case "bench":
            OneBatch.Run(device, report);
            break;
        default:
            Console.Error.WriteLine($"{args[i]} is no command; known are ops, models FOLDER and bench.");
            return 2;
    }
}
return report.Print();
