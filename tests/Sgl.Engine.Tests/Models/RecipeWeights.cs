using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Tests.Models;

/// <summary>The tensors of an oracle file, made by the recipe of DESIGN §5.</summary>
internal sealed class RecipeWeights : IWeightSource
{
    private readonly Dictionary<string, JsonElement> _rows;
    private readonly HashSet<string> _read = [];
    private readonly List<GCHandle> _pinned = [];

    /// <param name="tensors">The file's list of name, shape, offset, scale and perhaps seed.</param>
    public RecipeWeights(JsonElement tensors) =>
        _rows = tensors.EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);

    public CheckpointTensor Read(string name, params ReadOnlySpan<int> shape)
    {
        JsonElement row = _rows[name];
        int[] recorded = [.. row.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        Assert.Equal(recorded, shape.ToArray());
        string seed = row.TryGetProperty("seed", out JsonElement other) ? other.GetString()! : name;
        int count = recorded.Aggregate(1, (product, size) => product * size);
        double offset = row.GetProperty("offset").GetDouble(), scale = row.GetProperty("scale").GetDouble();
        ushort[] values = Values(seed, count, offset, scale);
        _read.Add(name);
        _pinned.Add(GCHandle.Alloc(values, GCHandleType.Pinned));
        int columns = recorded[^1];
        nint address = _pinned[^1].AddrOfPinnedObject();
        return new(name, recorded, new Tensor(address, DataType.BFloat16, values.Length / columns, columns));
    }

    public void EnsureAllRead() => Assert.Empty(_rows.Keys.Except(_read));

    public void Dispose() => _pinned.ForEach(handle => handle.Free());

    /// <summary>The recipe's first elements, as bf16 bits.</summary>
    public static ushort[] Values(string seed, int count, double offset, double scale)
    {
        const ulong fnvStart = 0xCBF29CE484222325, fnvFactor = 0x100000001B3;
        ulong state = Encoding.UTF8.GetBytes(seed).Aggregate(fnvStart, (hash, b) => (hash ^ b) * fnvFactor);
        var values = new ushort[count];
        for (int i = 0; i < count; i++)
        {
            ulong u = SplitMix64(state + (ulong)(i + 1) * 0x9E3779B97F4A7C15);
            double uniform = (u >> 11) * Math.ScaleB(1, -53);
            uint bits = BitConverter.SingleToUInt32Bits((float)(offset + scale * (2 * uniform - 1)));
            values[i] = (ushort)(bits + 0x7FFF + (bits >> 16 & 1) >> 16);
        }
        return values;
    }

    private static ulong SplitMix64(ulong x)
    {
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return x ^ x >> 31;
    }
}
