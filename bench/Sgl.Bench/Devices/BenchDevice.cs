using Sgl.Bench.CommandLine;
using Sgl.Bench.Loading;
using Sgl.Bench.Ops;
using Sgl.Cuda;
using Sgl.Engine.Cpu;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Weights;

namespace Sgl.Bench.Devices;

/// <summary>The device of benchmarks that run a model in this process.</summary>
internal static class BenchDevice
{
    /// <summary>As much as a CPU reads to find out how fast it reads; more than caches hold.</summary>
    private const long MostCpuBytes = 1 << 30;

    private static readonly TimeSpan _cpuTime = TimeSpan.FromSeconds(0.3);

    public static Flag[] Flags { get; } =
    [
        new("--device", "NAME", "auto", "auto, cpu or cuda; auto: the first GPU, else the CPU"),
        new("--cpu-threads", "N", null, "worker threads; every core unless set"),
        new("--cuda-graph-max-bs", "N", "256", "decode steps of so many sequences at most are replayed as CUDA graphs"),
        new("--disable-cuda-graph", null, null, "no step is replayed"),
        new("--enable-deterministic-inference", null, null, "kernels whose rows do not depend on each other"),
    ];

    /// <exception cref="UserErrorException">The device is not there.</exception>
    public static IOps Open(FlagValues flags, ModelConfig config)
    {
        if (Gpu(flags) is not { } gpu)
            return new CpuOps(flags.IntegerOrNull("--cpu-threads", 1));
        DataType type = config.WeightType == DataType.Float16 ? DataType.Float16 : DataType.BFloat16;
        int graphs = flags.Has("--disable-cuda-graph") ? 0 : flags.Integer("--cuda-graph-max-bs", 1);
        return new CudaOps(gpu, type, graphs, deterministic: flags.Has("--enable-deterministic-inference"));
    }

    /// <summary>Bytes of a weight on the device.</summary>
    public static int ElementBytes(FlagValues flags, ModelConfig config) =>
        Gpu(flags) is null && config.WeightType == DataType.Float32 ? 4 : 2;

    /// <summary>To be measured before a model is there: work that lasts lowers a GPU's clock.</summary>
    public static MachineRates Measure(FlagValues flags, ModelConfig config)
    {
        if (Gpu(flags) is { } gpu)
        {
            using CudaOps ops = new(gpu);
            using IWeightSource random = WeightSources.Open("", LoadFormat.Dummy, config, null, DataType.BFloat16);
            Ceilings ceilings = Ceilings.Measure(ops, ops.Load([random.Read("large", 1 << 13, 1 << 17)]).Parts[0]);
            return new MachineRates(ceilings.ReadBytesPerSecond, ceilings.FlopPerSecond);
        }
        // A CPU's caches may hold what a decode step reads, or not.
        long weightBytes = ShapeRecorder.TensorsOf(config)
            .Sum(tensor => tensor.Shape.Aggregate((long)ElementBytes(flags, config), (bytes, size) => bytes * size));
        int threads = flags.IntegerOrNull("--cpu-threads", 1) ?? Environment.ProcessorCount;
        return new MachineRates(
            CpuCeilings.ReadBytesPerSecond(threads, Math.Min(weightBytes, MostCpuBytes), _cpuTime),
            CpuCeilings.FlopsPerSecond(threads, _cpuTime));
    }

    private static CudaDevice? Gpu(FlagValues flags)
    {
        string choice = flags.Choice("--device", "auto", "cpu", "cuda");
        if (choice == "cpu")
            return null;
        CudaProbe probe = CudaDevices.Probe();
        return probe.Problem is null || choice == "auto"
            ? probe.Devices.FirstOrDefault()
            : throw new UserErrorException($"--device cuda: {probe.Problem}");
    }
}
