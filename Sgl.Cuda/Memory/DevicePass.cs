using System.Runtime.InteropServices;
using Sgl.Engine.Execution;

namespace Sgl.Cuda.Memory;

/// <summary>A pass's index arrays on the device, sent in one copy.</summary>
internal sealed class DevicePass
{
    private readonly Dictionary<(int Group, int RowsPerTile), (nint, int)> _tiles = [];

    /// <param name="decodesApart">
    /// False puts sequences with one new token among the others, so that the same kernel takes both.
    /// </param>
    public DevicePass(Pass pass, StepUploads uploads, bool decodesApart = true)
    {
        Pass = pass;
        Tokens = uploads.Add<int>(pass.Tokens);
        Positions = uploads.Add<int>(pass.Positions);
        Slots = uploads.Add<int>(pass.Slots);
        (PassSequence[] decodes, PassSequence[] prefills) = Part(pass.Sequences, decodesApart);
        int slots = 0;
        Decodes = Add(decodes, uploads, ref slots);
        Prefills = Add(prefills, uploads, ref slots);
        // The context slots come last: their length changes from step to step, the addresses before them do not.
        Span<int> table = uploads.Add<int>(slots, out nint contextSlots);
        ContextSlots = contextSlots;
        foreach (PassSequence sequence in decodes.Concat(prefills))
        {
            sequence.Slots.Span.CopyTo(table);
            table = table[sequence.Slots.Length..];
        }
        uploads.Flush();
    }

    public Pass Pass { get; }

    /// <summary>[T] each.</summary>
    public nint Tokens { get; }

    public nint Positions { get; }

    public nint Slots { get; }

    /// <summary>The slots of every sequence's context, one sequence behind the other.</summary>
    public nint ContextSlots { get; }

    /// <summary>Sequences with one new token.</summary>
    public SequenceList Decodes { get; }

    /// <summary>Sequences with several new tokens, or all where decodes are not apart.</summary>
    public SequenceList Prefills { get; }

    /// <summary>
    /// The work of prefill attention in tiles of rows, a row being one (token, head of a group), longest first so that
    /// the
    /// device does not end on a long one.
    /// </summary>
    /// <param name="group">Query heads that share a kv head.</param>
    /// <returns>Address of (sequence, first row) pairs on the device, and their number.</returns>
    public (nint Address, int Count) Tiles(int group, int rowsPerTile, StepUploads uploads)
    {
        if (_tiles.TryGetValue((group, rowsPerTile), out (nint, int) known))
            return known;
        PrefillTile[] tiles = ListTiles(Prefills.Sequences, group, rowsPerTile);
        nint address = uploads.Add<PrefillTile>(tiles);
        uploads.Flush();
        return _tiles[(group, rowsPerTile)] = (address, tiles.Length);
    }

    internal static PrefillTile[] ListTiles(IReadOnlyList<PassSequence> sequences, int group, int rowsPerTile)
    {
        List<(int Keys, PrefillTile Tile)> tiles = [];
        for (int i = 0; i < sequences.Count; i++)
        {
            PassSequence sequence = sequences[i];
            int rows = sequence.QueryCount * group, before = sequence.Slots.Length - sequence.QueryCount;
            for (int first = 0; first < rows; first += rowsPerTile)
            {
                int keys = before + (Math.Min(first + rowsPerTile, rows) - 1) / group + 1;
                tiles.Add((keys, new PrefillTile(i, first)));
            }
        }
        return [.. tiles.OrderByDescending(tile => tile.Keys).Select(tile => tile.Tile)];
    }

    internal static (PassSequence[] Decodes, PassSequence[] Prefills) Part(
        PassSequence[] sequences, bool decodesApart) =>
        decodesApart
            ? (Array.FindAll(sequences, s => s.QueryCount == 1), Array.FindAll(sequences, s => s.QueryCount > 1))
            : ([], sequences);

    private static SequenceList Add(PassSequence[] sequences, StepUploads uploads, ref int slots)
    {
        Span<DeviceSequence> list = uploads.Add<DeviceSequence>(sequences.Length, out nint address);
        int longest = 0;
        for (int i = 0; i < sequences.Length; i++)
        {
            PassSequence sequence = sequences[i];
            list[i] = new DeviceSequence(sequence.QueryStart, sequence.QueryCount, sequence.Slots.Length, slots);
            slots += sequence.Slots.Length;
            longest = Math.Max(longest, sequence.Slots.Length);
        }
        return new SequenceList(address, sequences, longest);
    }

    /// <param name="Address">Of <see cref="DeviceSequence"/>s on the device.</param>
    /// <param name="Sequences">The same on the host.</param>
    /// <param name="LongestContext">In tokens, the new ones included.</param>
    public sealed record SequenceList(nint Address, IReadOnlyList<PassSequence> Sequences, int LongestContext);

    /// <summary>The struct "Tile" of the prefill kernel.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct PrefillTile(int Sequence, int FirstRow);

    /// <summary>The struct "Sequence" of the attention kernels.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public readonly record struct DeviceSequence(int QueryStart, int QueryCount, int ContextLength, int SlotStart);
}
