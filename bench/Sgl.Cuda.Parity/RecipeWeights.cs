using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Sgl.Engine.Execution;
using Sgl.Engine.Weights;

namespace Sgl.Cuda.Parity;

/// <summary>The tensors of an oracle file, made by the recipe of DESIGN §5.</summary>
/// <param name="tensors">The file's list of name, shape, offset, scale and perhaps seed.</param>
internal sealed unsafe class RecipeWeights(JsonElement tensors) : IWeightSource
{
    private readonly Dictionary<string, JsonElement> _rows =
        tensors.EnumerateArray().ToDictionary(row => row.GetProperty("name").GetString()!);

    private readonly List<nint> _memory = [];

    public CheckpointTensor Read(string name, params ReadOnlySpan<int> shape)
    {
        JsonElement row = _rows[name];
        int[] recorded = [.. row.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
        string seed = row.TryGetProperty("seed", out JsonElement other) ? other.GetString()! : name;
        int count = recorded.Aggregate(1, (product, size) => product * size);
        ushort* values = (ushort*)NativeMemory.Alloc((nuint)count, sizeof(ushort));
        _memory.Add((nint)values);
        double offset = row.GetProperty("offset").GetDouble(), scale = row.GetProperty("scale").GetDouble();
        Fill(new Span<ushort>(values, count), seed, offset, scale);
        int columns = recorded[^1];
        return new(name, recorded, new Tensor((nint)values, DataType.BFloat16, count / columns, columns));
    }

    public void EnsureAllRead()
    {
        // The engine's own tests hold that every tensor is read.
    }

    public void Dispose() => _memory.ForEach(address => NativeMemory.Free((void*)address));

    private static void Fill(Span<ushort> values, string seed, double offset, double scale)
    {
        ulong state = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(seed))
            state = (state ^ b) * 0x100000001B3;
        for (int i = 0; i < values.Length; i++)
        {
            ulong x = state + (ulong)(i + 1) * 0x9E3779B97F4A7C15;
            x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
            x = (x ^ x >> 27) * 0x94D049BB133111EB;
            x ^= x >> 31;
            float value = (float)(offset + scale * (2 * ((x >> 11) * Math.ScaleB(1, -53)) - 1));
            uint bits = BitConverter.SingleToUInt32Bits(value);
            values[i] = (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
        }
    }
}
