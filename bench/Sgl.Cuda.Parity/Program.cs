using Sgl.Cuda;
using Sgl.Cuda.Parity;
using Sgl.Engine.Execution;

// usage: Sgl.Cuda.Parity (ops | ops-small | attention | models FOLDER | engine MODEL | deterministic-ops |
// deterministic MODEL | bench | decode BATCH CONTEXT | profile BATCH CONTEXT NEW)...
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
                OpChecks.Run(device, type, report, small: false);
            break;
        case "ops-small":
            OpChecks.Run(device, DataType.BFloat16, report, small: true);
            break;
        case "attention":
            foreach (DataType type in (DataType[])[DataType.BFloat16, DataType.Float16])
                OpChecks.RunAttention(device, type, report);
            break;
        case "models":
            FixtureChecks.Run(device, args[++i], report);
            break;
        case "deterministic-ops":
            foreach (DataType type in (DataType[])[DataType.BFloat16, DataType.Float16])
                BatchInvarianceChecks.Run(device, type, report);
            break;
        case "deterministic":
            await DeterministicChecks.RunAsync(
                deterministic => new CudaOps(device, deterministic: deterministic), args[++i], report);
            break;
        case "engine":
            await EngineChecks.RunAsync(device, args[++i], report);
            break;
        case "bench":
            OneBatch.Run(device, report);
            break;
        case "decode":
            OneBatch.RunDecode(device, report, int.Parse(args[++i]), int.Parse(args[++i]));
            break;
        case "profile":
            OneBatch.Profile(device, report, int.Parse(args[++i]), int.Parse(args[++i]), int.Parse(args[++i]));
            break;
        default:
            Console.Error.WriteLine($"{args[i]} is no command; the usage stands at the top of Program.cs.");
            return 2;
    }
}
return report.Print();
