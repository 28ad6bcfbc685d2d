using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Cpu;

/// <summary>The CPU's operations: one file each, the plain loop first, SIMD beside it.</summary>
public sealed unsafe partial class CpuOps : IOps
{
    /// <param name="threads">Worker threads; null takes every core.</param>
    public CpuOps(int? threads = null) => _ = threads;

    public string Description => throw new NotImplementedException();
    public DataType ActivationType => DataType.Float32;
    public long AvailableBytes => throw new NotImplementedException();
    public Weight Load(IReadOnlyList<CheckpointTensor> parts) => throw new NotImplementedException();
    public Tensor Allocate(DataType type, int rows, int columns) => throw new NotImplementedException();
    public void Begin(Pass pass) => throw new NotImplementedException();
    public Tensor Scratch(int rows, int columns) => throw new NotImplementedException();
    public void Embed(Pass pass, Weight table, float scale, Tensor output) => throw new NotImplementedException();
    public void Linear(Tensor x, Weight weight, Weight? bias, Tensor output) => throw new NotImplementedException();
    public void RmsNorm(Tensor x, Weight weight, float epsilon, float offset, Tensor output) => throw new NotImplementedException();
    public void AddRmsNorm(Tensor residual, Tensor x, Weight weight, float epsilon, float offset, Tensor output) => throw new NotImplementedException();
    public void Add(Tensor x, Tensor y) => throw new NotImplementedException();
    public void RopeAngles(Pass pass, RopeFrequencies frequencies, Tensor angles) => throw new NotImplementedException();
    public void RopeAndStore(Pass pass, Tensor q, Tensor k, Tensor v, int headDim, Tensor? angles, RopeStyle style, KvLayer layer) => throw new NotImplementedException();
    public void Attention(Pass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output) => throw new NotImplementedException();
    public void GatedActivation(Tensor gateUp, Activation activation, Tensor output) => throw new NotImplementedException();
    public void GatherRows(Tensor x, ReadOnlySpan<int> rows, Tensor output) => throw new NotImplementedException();
    public void SoftCap(Tensor x, float cap) => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}
