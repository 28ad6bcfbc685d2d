using System.Buffers.Binary;
using System.Text.Json;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Weights;

/// <summary>
/// The table at the beginning of a safetensors file: 8 bytes of length (little-endian), then that much JSON, an object
/// with dtype, shape and data_offsets (from the end of the JSON) for each name. Nothing in it is believed before it is
/// checked.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>Tables of the largest models take a few MB; a length beyond this is no length.</summary>
    public const int MaxBytes = 100_000_000;

    private static readonly Dictionary<string, int> _elementBytes = new()
    {
        ["F64"] = 8,
        ["F32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I64"] = 8,
        ["I32"] = 4,
        ["I16"] = 2,
        ["I8"] = 1,
        ["U64"] = 8,
        ["U32"] = 4,
        ["U16"] = 2,
        ["U8"] = 1,
        ["BOOL"] = 1,
        ["F8_E4M3"] = 1,
        ["F8_E5M2"] = 1,
    };

    /// <summary>Reads and checks the table.</summary>
    /// <param name="path">For messages.</param>
    /// <exception cref="UserErrorException">
    /// The file is cut off or broken: names file, tensor and what is wrong.
    /// </exception>
    public static IReadOnlyList<SafetensorsEntry> Read(string path, Stream file)
    {
        byte[] json = ReadJson(path, file);
        long dataStart = sizeof(long) + json.Length;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new UserErrorException($"{path}: its header is not a JSON object");
            SafetensorsEntry[] entries = [.. document.RootElement.EnumerateObject()
                .Where(property => property.Name != "__metadata__")
                .Select(property => ReadEntry(path, property, dataStart, file.Length))];
            CheckNames(path, entries);
            CheckOverlaps(path, entries);
            return entries;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new UserErrorException($"{path}: its header is not valid JSON: {e.Message}", e);
        }
    }

    private static byte[] ReadJson(string path, Stream file)
    {
        if (file.Length < sizeof(long))
            throw new UserErrorException($"{path}: {file.Length} bytes is too short for safetensors");
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        file.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long rest = file.Length - sizeof(long);
        if (length > MaxBytes)
            throw new UserErrorException($"{path}: header length {length} is over {MaxBytes}; not a safetensors file?");
        if (length > (ulong)rest)
            throw new UserErrorException($"{path}: header length {length}, but {rest} bytes follow: it is cut off");
        byte[] json = new byte[length];
        file.ReadExactly(json);
        return json;
    }

    private static SafetensorsEntry ReadEntry(string path, JsonProperty property, long dataStart, long fileLength)
    {
        string name = property.Name;
        JsonElement entry = property.Value;
        if (entry.ValueKind != JsonValueKind.Object)
            throw Broken("its entry is not an object");
        string type = entry.TryGetProperty("dtype", out JsonElement dtype) && dtype.ValueKind == JsonValueKind.String
            ? dtype.GetString()! : throw Broken("dtype is missing or not a string");
        if (!_elementBytes.TryGetValue(type, out int elementBytes))
            throw Broken($"dtype {type} is unknown; known are {string.Join(", ", _elementBytes.Keys)}");
        long[] shape = Numbers("shape");
        if (Array.Exists(shape, size => size is < 0 or > int.MaxValue))
            throw Broken($"shape [{string.Join(", ", shape)}] has a dimension that is negative or too large");
        if (Numbers("data_offsets") is not [var begin, var end])
            throw Broken("data_offsets needs two numbers, begin and end");
        if (begin < 0 || end < begin)
            throw Broken($"data_offsets [{begin}, {end}] run backwards");
        if (end > fileLength - dataStart)
            throw Broken($"its data ends at byte {end} of {fileLength - dataStart}: the file is cut off");
        var bytes = shape.Aggregate((Int128)elementBytes, (product, size) => Int128.Min(product * size, long.MaxValue));
        if (bytes != end - begin)
            throw Broken($"{type} [{string.Join(", ", shape)}] takes {bytes} bytes; data_offsets span {end - begin}");
        return new SafetensorsEntry(name, type, [.. shape.Select(size => (int)size)], dataStart + begin, end - begin);

        long[] Numbers(string field) =>
            entry.TryGetProperty(field, out JsonElement list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Select(item => Number(field, item))]
                : throw Broken($"{field} is missing or not a list");

        long Number(string field, JsonElement item) =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out long number)
                ? number
                : throw Broken($"{field} has an entry that is no whole number");

        UserErrorException Broken(string what) => new($"{path}: tensor \"{name}\": {what}");
    }

    private static void CheckNames(string path, SafetensorsEntry[] entries)
    {
        var names = new HashSet<string>();
        if (Array.Find(entries, entry => !names.Add(entry.Name)) is { } twice)
            throw new UserErrorException($"{path}: tensor \"{twice.Name}\" stands twice in its header");
    }

    private static void CheckOverlaps(string path, SafetensorsEntry[] entries)
    {
        SafetensorsEntry[] sorted = [.. entries.Where(entry => entry.Bytes > 0).OrderBy(entry => entry.Start)];
        foreach (var (first, second) in sorted.Zip(sorted.Skip(1)))
        {
            if (first.Start + first.Bytes > second.Start)
                throw new UserErrorException($"{path}: tensors \"{first.Name}\" and \"{second.Name}\" overlap");
        }
    }
}
