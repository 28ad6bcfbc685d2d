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

    /// <summary>Query heads of a decode block.</summary>
    private const int HeadsPerTile = 16;

    /// <summary>Decode blocks that registers let run at once on a multiprocessor, whatever the head size.</summary>
    private const int MostResident = 4;

    /// <summary>Shared memory that a decode block has besides, the system's part included.</summary>
    private const int ReservedBytes = 1024 + 64;

    private const int PrefillKeys = 64;

    /// <summary>Where a block gets less shared memory than on the large GPUs.</summary>
    private const int FewerPrefillKeys = 32;

    private nint _workspace;

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
        if (_workspace != 0)
            context.Free(_workspace);
        _workspace = 0;
    }

    /// <summary>Rows (token, query head) of a prefill block: the kernel's ROWS.</summary>
    internal static int RowsPerBlock(int headDim) => headDim <= 128 ? 128 : 64;

    /// <summary>
    /// Decode blocks that run at once on a multiprocessor: the kernel's launch bounds, or its shared memory.
    /// </summary>
    internal static int Resident(int headDim, int sharedBytes) => Math.Clamp(
        sharedBytes / (DecodeBytes(headDim) + ReservedBytes), 1, headDim <= 64 ? MostResident : MostResident - 1);

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
        int headTiles = shape.KvHeads * ((shape.Heads / shape.KvHeads + HeadsPerTile - 1) / HeadsPerTile);
        int resident = Resident(shape.HeadDim, context.Device.SharedBytes) * context.Device.Multiprocessors;
        int teams = Math.Max(1, resident / headTiles);
        Workspace workspace = TakeWorkspace();
        DecodeArguments arguments = new()
        {
            Common = Common(q, layer, output),
            Partial = workspace.Partial,
            Exponents = workspace.Exponents,
            Finished = workspace.Finished,
            Sequences = list.Address,
            Slots = pass.ContextSlots,
            Strides = new Strides(q, layer, output),
            Heads = shape.Heads,
            KvHeads = shape.KvHeads,
            Count = list.Sequences.Count,
            Window = shape.Window,
            Scale = shape.Scale,
            SoftCap = shape.SoftCap,
        };
        int sharedBytes = DecodeBytes(shape.HeadDim);
        library.Get("AttentionDecode", Options(shape.HeadDim, shape.SoftCap != 0))
            .Get("attention_decode", sharedBytes)
            .Launch((headTiles, teams, 1), Threads, arguments, sharedBytes);
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

    /// <summary>
    /// Where the teams of a decode leave their parts of a sequence. It is as large as any shape needs and stays where
    /// it is, so that a graph may keep its address; the stream's order lets every layer use the same.
    /// </summary>
    private Workspace TakeWorkspace()
    {
        long rows = 2L * HeadsPerTile * MostResident * context.Device.Multiprocessors;
        long partialBytes = rows * MostHeadDim * sizeof(float), exponentBytes = rows * sizeof(float);
        if (_workspace == 0)
        {
            long all = partialBytes + 2 * exponentBytes;
            _workspace = context.Allocate(all);
            context.Zero(_workspace, all);
        }
        nint exponents = _workspace + (nint)partialBytes;
        return new Workspace(_workspace, exponents, exponents + (nint)exponentBytes);
    }

    /// <summary>The decode kernel's fields of the same names.</summary>
    private readonly record struct Workspace(nint Partial, nint Exponents, nint Finished);

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
        public int Heads, KvHeads, Count, Window;
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
