using System.Runtime.InteropServices;
using Sgl.Cuda.Compilation;
using Sgl.Cuda.Memory;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Kernels;

/// <summary>Launches AttentionDecode.cu, AttentionPrefill.cu and AttentionAny.cu.</summary>
internal sealed class Attention(CudaContext context, KernelLibrary library, StepUploads uploads) : IDisposable
{
    /// <summary>Sizes whose kernels are compiled at the start; others follow when a model needs them.</summary>
    public static readonly IReadOnlyList<int> UsualHeadDims = [64, 80, 96, 128, 256];

    private const int MostHeadDim = 256;
    private const int MostHeadDimAny = 512;
    private const int Threads = 128;
    private const int Warps = 4;

    /// <summary>
    /// Context tokens that a decode block takes in one round of its warps: splits are multiples of it.
    /// </summary>
    internal const int RoundTokens = 64;

    private const int MostSplits = 128;
    private const int PrefillKeys = 64;

    /// <summary>Where a block gets less shared memory than on the large GPUs.</summary>
    private const int FewerPrefillKeys = 32;

    private nint _partial;
    private long _partialBytes;
    private nint _finished;
    private int _finishedCount;

    public static string[] Options(int headDim, bool softCap) =>
        [$"-DHEAD_DIM={headDim}", .. softCap ? (string[])["-DSOFT_CAP"] : []];

    public void Run(DevicePass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output)
    {
        if (TakesTensorCores(q, layer, shape, output))
        {
            Decode(pass, q, layer, shape, output);
            Prefill(pass, q, layer, shape, output);
            return;
        }
        if (shape.HeadDim > MostHeadDimAny)
            throw new NotSupportedException($"Heads of {shape.HeadDim} elements; {MostHeadDimAny} at most on CUDA.");
        Any(pass.Decodes, pass, q, layer, shape, output);
        Any(pass.Prefills, pass, q, layer, shape, output);
    }

    public void Dispose()
    {
        if (_partial != 0)
            context.Free(_partial);
        if (_finished != 0)
            context.Free(_finished);
        (_partial, _partialBytes) = (0, 0);
        (_finished, _finishedCount) = (0, 0);
    }

    /// <summary>Rows (token, query head) of a prefill block: the kernel's ROWS.</summary>
    internal static int RowsPerBlock(int headDim) => headDim <= 128 ? 128 : 64;

    /// <summary>
    /// How a context is cut so that the blocks fill the device once; never below a round of the warps.
    /// </summary>
    /// <param name="blocks">Blocks without splitting.</param>
    /// <param name="resident">Blocks that the device runs at once.</param>
    internal static (int Splits, int Chunk) Split(int context, int blocks, int resident)
    {
        int wanted = Math.Clamp((resident + blocks - 1) / Math.Max(1, blocks), 1, MostSplits);
        int rounds = (context + RoundTokens - 1) / RoundTokens;
        int chunk = (rounds + wanted - 1) / wanted * RoundTokens;
        return ((context + chunk - 1) / chunk, chunk);
    }

    /// <summary>Shared memory of a decode block: two stages of 16 keys and values for each of its warps.</summary>
    internal static int DecodeBytes(int headDim) => 2 * sizeof(ushort) * Warps * 2 * 16 * (headDim + 8);

    /// <summary>
    /// Shared memory of a prefill block: its queries, two stages of keys and values, and their slots.
    /// </summary>
    internal static int PrefillBytes(int headDim, int keys) =>
        sizeof(ushort) * (headDim + 8) * (RowsPerBlock(headDim) + 4 * keys) + 2 * keys * sizeof(int);

    private bool TakesTensorCores(Tensor q, KvLayer layer, AttentionShape shape, Tensor output) =>
        shape.HeadDim % 16 == 0 && shape.HeadDim <= MostHeadDim
        && DecodeBytes(shape.HeadDim) <= context.Device.SharedBytes
        && PrefillBytes(shape.HeadDim, FewerPrefillKeys) <= context.Device.SharedBytes
        && Widths.AllowEight(q, layer.Keys, layer.Values, output);

    private void Decode(DevicePass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output)
    {
        DevicePass.SequenceList list = pass.Decodes;
        if (list.Sequences.Count == 0)
            return;
        int sharedBytes = DecodeBytes(shape.HeadDim);
        int headTiles = shape.KvHeads * ((shape.Heads / shape.KvHeads + 15) / 16);
        int seen = shape.Window > 0 ? Math.Min(shape.Window, list.LongestContext) : list.LongestContext;
        int resident = context.Device.Multiprocessors * Math.Max(1, context.Device.SharedBytes / (sharedBytes + 1024));
        (int splits, int chunk) = Split(seen, headTiles * list.Sequences.Count, resident);
        long results = (long)splits * list.Sequences.Count * shape.Heads;
        nint partial = splits > 1 ? Partial(results * (shape.HeadDim + 1) * sizeof(float)) : 0;
        DecodeArguments arguments = new()
        {
            Common = Common(q, layer, output),
            Partial = partial,
            Exponents = partial + (nint)(results * shape.HeadDim * sizeof(float)),
            Finished = splits > 1 ? Finished(headTiles * list.Sequences.Count) : 0,
            Sequences = list.Address,
            Slots = pass.ContextSlots,
            Strides = new Strides(q, layer, output),
            Heads = shape.Heads,
            KvHeads = shape.KvHeads,
            Chunk = chunk,
            Splits = splits,
            Window = shape.Window,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
        };
        library.Get("AttentionDecode", Options(shape.HeadDim, shape.SoftCap != 0))
            .Get("attention_decode", sharedBytes)
            .Launch((splits, headTiles, list.Sequences.Count), Threads, arguments, sharedBytes);
    }

    private void Prefill(DevicePass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output)
    {
        if (pass.Prefills.Sequences.Count == 0)
            return;
        int rows = RowsPerBlock(shape.HeadDim);
        (nint tiles, int count) = pass.Tiles(shape.Heads / shape.KvHeads, rows, uploads);
        int sharedBytes = PrefillBytes(shape.HeadDim, PrefillKeys);
        string[] options = Options(shape.HeadDim, shape.SoftCap != 0);
        if (sharedBytes > context.Device.SharedBytes)
        {
            sharedBytes = PrefillBytes(shape.HeadDim, FewerPrefillKeys);
            options = [.. options, $"-DTOKENS={FewerPrefillKeys}"];
        }
        PrefillArguments arguments = new()
        {
            Common = Common(q, layer, output),
            Sequences = pass.Prefills.Address,
            Tiles = tiles,
            Slots = pass.ContextSlots,
            Strides = new Strides(q, layer, output),
            Heads = shape.Heads,
            KvHeads = shape.KvHeads,
            Window = shape.Window,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
        };
        library.Get("AttentionPrefill", options)
            .Get("attention_prefill", sharedBytes)
            .Launch((count, shape.KvHeads, 1), Threads, arguments, sharedBytes);
    }

    private void Any(
        DevicePass.SequenceList list, DevicePass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output)
    {
        if (list.Sequences.Count == 0)
            return;
        AnyArguments arguments = new()
        {
            Common = Common(q, layer, output),
            Sequences = list.Address,
            Slots = pass.ContextSlots,
            Strides = new Strides(q, layer, output),
            Heads = shape.Heads,
            KvHeads = shape.KvHeads,
            HeadDim = shape.HeadDim,
            Window = shape.Window,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
        };
        int longest = list.Sequences.Max(sequence => sequence.QueryCount);
        library.Get("AttentionAny", shape.SoftCap != 0 ? ["-DSOFT_CAP"] : [])
            .Get("attention_any").Launch((longest, shape.Heads, list.Sequences.Count), 32, arguments);
    }

    private static Operands Common(Tensor q, KvLayer layer, Tensor output) => new()
    {
        Q = q.Address,
        Keys = layer.Keys.Address,
        Values = layer.Values.Address,
        Output = output.Address,
    };

    /// <summary>Room for the splits' results; the stream's order lets every layer use the same.</summary>
    private nint Partial(long bytes)
    {
        if (bytes > _partialBytes)
        {
            if (_partial != 0)
                context.Free(_partial);
            (_partial, _partialBytes) = (context.Allocate(bytes), bytes);
        }
        return _partial;
    }

    /// <summary>Counters of finished splits, zero whenever no kernel runs.</summary>
    private nint Finished(int count)
    {
        if (count > _finishedCount)
        {
            if (_finished != 0)
                context.Free(_finished);
            (_finished, _finishedCount) = (context.Allocate((long)count * sizeof(int)), count);
            context.Zero(_finished, (long)count * sizeof(int));
        }
        return _finished;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Operands
    {
        public nint Q, Keys, Values, Output;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Strides(Tensor q, KvLayer layer, Tensor output)
    {
        public ulong Q = (ulong)q.Stride, Keys = (ulong)layer.Keys.Stride;
        public ulong Values = (ulong)layer.Values.Stride, Output = (ulong)output.Stride;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct DecodeArguments
    {
        public Operands Common;
        public nint Partial, Exponents, Finished, Sequences, Slots;
        public Strides Strides;
        public int Heads, KvHeads, Chunk, Splits, Window;
        public float Scale, SoftCap;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PrefillArguments
    {
        public Operands Common;
        public nint Sequences, Tiles, Slots;
        public Strides Strides;
        public int Heads, KvHeads, Window;
        public float Scale, SoftCap;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct AnyArguments
    {
        public Operands Common;
        public nint Sequences, Slots;
        public Strides Strides;
        public int Heads, KvHeads, HeadDim, Window;
        public float Scale, SoftCap;
    }
}
