using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sgl.Bench.Loading;

/// <summary>
/// Writes a folder of bf16 safetensors of random numbers, in shards with an index, as large models come.
/// </summary>
internal static class CheckpointWriter
{
    private const int BlockBytes = 16 << 20;
    private const int ElementBytes = 2;

    /// <param name="folder">Is made; files in it are overwritten.</param>
    /// <param name="shardBytes">A shard ends with the tensor that reaches it.</param>
    /// <returns>Bytes of all tensors.</returns>
    public static long Write(string folder, IReadOnlyList<(string Name, int[] Shape)> tensors, long shardBytes)
    {
        Directory.CreateDirectory(folder);
        List<List<(string Name, int[] Shape)>> shards = [[]];
        long filled = 0;
        foreach ((string Name, int[] Shape) tensor in tensors.DistinctBy(tensor => tensor.Name))
        {
            if (filled >= shardBytes)
            {
                shards.Add([]);
                filled = 0;
            }
            shards[^1].Add(tensor);
            filled += Bytes(tensor.Shape);
        }
        JsonObject map = [];
        string[] names = [.. shards.Select((_, i) => $"model-{i + 1:00000}-of-{shards.Count:00000}.safetensors")];
        foreach ((List<(string Name, int[])> shard, string file) in shards.Zip(names))
        {
            foreach ((string name, _) in shard)
                map[name] = file;
        }
        File.WriteAllText(
            Path.Combine(folder, "model.safetensors.index.json"),
            new JsonObject { ["weight_map"] = map }.ToJsonString());
        byte[] block = RandomBlock();
        Parallel.For(0, shards.Count, i => WriteShard(Path.Combine(folder, names[i]), shards[i], block));
        return shards.SelectMany(shard => shard).Sum(tensor => Bytes(tensor.Shape));
    }

    private static void WriteShard(string path, List<(string Name, int[] Shape)> tensors, byte[] block)
    {
        JsonObject header = [];
        long end = 0;
        foreach ((string name, int[] shape) in tensors)
        {
            long start = end;
            end += Bytes(shape);
            header[name] = new JsonObject
            {
                ["dtype"] = "BF16",
                ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(start, end),
            };
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        byte[] length = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(length);
        file.Write(json);
        for (long written = 0; written < end; written += BlockBytes)
            file.Write(block, 0, (int)Math.Min(BlockBytes, end - written));
    }

    /// <summary>Small numbers of both signs.</summary>
    private static byte[] RandomBlock()
    {
        Random random = new(1);
        byte[] block = new byte[BlockBytes];
        foreach (ref ushort element in MemoryMarshal.Cast<byte, ushort>(block.AsSpan()))
        {
            float value = (random.NextSingle() - 0.5f) * 0.07f;
            element = (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);
        }
        return block;
    }

    private static long Bytes(int[] shape) => shape.Aggregate((long)ElementBytes, (bytes, size) => bytes * size);
}
