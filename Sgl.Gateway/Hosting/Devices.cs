using Sgl.Cuda;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Gateway.Flags;

namespace Sgl.Gateway.Hosting;

/// <summary>What --device means on this machine.</summary>
internal static class Devices
{
    /// <param name="log">Told why "auto" does not take the GPU.</param>
    /// <param name="index">Which GPU, for who has several engines; there may be fewer GPUs than that.</param>
    /// <returns>Opens the GPU for a model; null stands for the CPU.</returns>
    /// <exception cref="UserErrorException">--device cuda, and something is missing: says what, and where it was looked
    /// for.</exception>
    public static Func<ModelConfig, IOps>? Choose(GatewayOptions options, Action<string> log, int index = 0)
    {
        if (options.Device == "cpu")
            return null;
        CudaProbe probe = CudaDevices.Probe();
        if (probe.IsUsable)
            return config => new CudaOps(
                probe.Devices[index % probe.Devices.Count],
                ActivationType(options, config),
                options.DisableCudaGraph ? 0 : options.CudaGraphMaxBatch,
                Compiled(log),
                options.Engine.DeterministicInference);
        if (options.Device == "cuda")
            throw new UserErrorException($"--device cuda: {probe.Problem}");
        log($"--device auto takes the CPU. {probe.Problem}");
        return null;
    }

    /// <summary>16 bits, as in the file where the file has them.</summary>
    private static DataType ActivationType(GatewayOptions options, ModelConfig config) =>
        (options.Engine.WeightType ?? config.WeightType) == DataType.Float16 ? DataType.Float16 : DataType.BFloat16;

    private static Action<int, int> Compiled(Action<string> log) => (done, all) =>
    {
        if (done == all)
            log($"CUDA kernels are ready: {all} files.");
    };
}
