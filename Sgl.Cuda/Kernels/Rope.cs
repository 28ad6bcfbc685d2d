using System.Runtime.InteropServices;
using Sgl.Cuda.Compilation;
using Sgl.Cuda.Memory;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>Launches Rope.cu.</summary>
internal sealed class Rope(CudaContext context, KernelLibrary library, StepUploads uploads) : IDisposable
{
    private const int Threads = 128;

    /// <summary>From here on a block for a token fills the device.</summary>
    private const int ManyTokens = 1024;

    private readonly KernelModule _module = library.Get("Rope");
    private readonly Dictionary<RopeFrequencies, nint> _frequencies = [];

    public void Angles(DevicePass pass, RopeFrequencies frequencies, Tensor angles)
    {
        (nint table, nint sets) = frequencies.DependsOnLength
            ? SetsOf(pass.Pass, frequencies)
            : (Fixed(frequencies), 0);
        AnglesArguments arguments = new()
        {
            Positions = pass.Positions,
            Frequencies = table,
            Sets = sets,
            Angles = angles.Address,
            Stride = (ulong)angles.Stride,
            Half = frequencies.RotaryDim / 2,
            Scale = frequencies.Scale,
        };
        _module.Get("rope_angles").Launch((angles.Rows, 1, 1), 64, arguments);
    }

    public void Store(
        DevicePass pass, Tensor q, Tensor k, Tensor v, int headDim, Tensor? angles, RopeStyle style, KvLayer layer)
    {
        int rotary = angles?.Columns ?? 0;
        RopeArguments arguments = new()
        {
            Q = q.Address,
            K = k.Address,
            V = v.Address,
            Angles = angles?.Address ?? 0,
            Slots = pass.Slots,
            Keys = layer.Keys.Address,
            Values = layer.Values.Address,
            QStride = (ulong)q.Stride,
            KStride = (ulong)k.Stride,
            VStride = (ulong)v.Stride,
            AnglesStride = (ulong)(angles?.Stride ?? 0),
            KeysStride = (ulong)layer.Keys.Stride,
            ValuesStride = (ulong)layer.Values.Stride,
            Heads = q.Columns / headDim,
            KvHeads = k.Columns / headDim,
            HeadDim = headDim,
            Half = rotary / 2,
            Interleaved = style == RopeStyle.Interleaved ? 1 : 0,
        };
        bool wide = Widths.AllowEight(q, k, v, layer.Keys, layer.Values) && headDim % 8 == 0
            && (rotary == 0 || (rotary % 16 == 0 && style == RopeStyle.Halves));
        int work = (q.Columns + 3 * k.Columns) / (wide ? 16 : 2);
        int blocks = q.Rows >= ManyTokens ? 1 : (work + Threads - 1) / Threads;
        _module.Get(wide ? "rope_store_8" : "rope_store_1").Launch((q.Rows, blocks, 1), Threads, arguments);
    }

    public void Dispose()
    {
        foreach (nint table in _frequencies.Values)
            context.Free(table);
        _frequencies.Clear();
    }

    /// <summary>The one set that serves every length; sent once.</summary>
    private nint Fixed(RopeFrequencies frequencies)
    {
        if (_frequencies.TryGetValue(frequencies, out nint known))
            return known;
        double[] set = frequencies.ForLength(1);
        nint table = context.Allocate(set.Length * sizeof(double));
        nint staged = uploads.Add<double>(set);
        uploads.Flush();
        context.CopyOnDevice(table, staged, set.Length * sizeof(double));
        return _frequencies[frequencies] = table;
    }

    /// <summary>The sets of the lengths in this pass, and which one each token takes.</summary>
    private (nint Table, nint Sets) SetsOf(Pass pass, RopeFrequencies frequencies)
    {
        int half = frequencies.RotaryDim / 2;
        Dictionary<int, int> setOfLength = [];
        Span<int> sets = uploads.Add<int>(pass.TokenCount, out nint setsAddress);
        for (int t = 0; t < pass.TokenCount; t++)
        {
            if (!setOfLength.TryGetValue(pass.RopeLengths[t], out int set))
                setOfLength[pass.RopeLengths[t]] = set = setOfLength.Count;
            sets[t] = set;
        }
        Span<double> table = uploads.Add<double>(setOfLength.Count * half, out nint tableAddress);
        foreach ((int length, int set) in setOfLength)
            frequencies.ForLength(length).CopyTo(table[(set * half)..]);
        uploads.Flush();
        return (tableAddress, setsAddress);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AnglesArguments
    {
        public nint Positions, Frequencies, Sets, Angles;
        public ulong Stride;
        public int Half;
        public float Scale;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct RopeArguments
    {
        public nint Q, K, V, Angles, Slots, Keys, Values;
        public ulong QStride, KStride, VStride, AnglesStride, KeysStride, ValuesStride;
        public int Heads, KvHeads, HeadDim, Half, Interleaved;
    }
}
