using System.IO.MemoryMappedFiles;
using Sgl.Engine.Execution;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Weights;

/// <summary>A safetensors file in the address space: its tensors are views into the mapping.</summary>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private const int PageBytes = 4096;
    private const long ReportBytes = 16 << 20;

    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    /// <exception cref="UserErrorException">The file is missing, unreadable or broken.</exception>
    public SafetensorsFile(string path)
    {
        _path = path;
        try
        {
            using FileStream stream = File.OpenRead(path);
            Entries = SafetensorsHeader.Read(path, stream);
            _file = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read: {e.Message}", e);
        }
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The tensor's bytes where the file has them.</summary>
    /// <exception cref="UserErrorException">
    /// Its element type is none that weights can have, or it is too large.
    /// </exception>
    public CheckpointTensor Tensor(SafetensorsEntry entry)
    {
        DataType type = entry.Type switch
        {
            "F32" => DataType.Float32,
            "BF16" => DataType.BFloat16,
            "F16" => DataType.Float16,
            _ => throw new UserErrorException(
                $"{_path}: tensor \"{entry.Name}\" is {entry.Type}; weights can be BF16, F16 or F32"),
        };
        int columns = entry.Shape.Count == 0 ? 1 : entry.Shape[^1];
        long rows = entry.Shape.SkipLast(1).Aggregate(1L, (product, size) => product * size);
        if (rows > int.MaxValue)
            throw new UserErrorException($"{_path}: tensor \"{entry.Name}\" has {rows} rows, more than {int.MaxValue}");
        return new(entry.Name, entry.Shape, new Tensor((nint)(_start + entry.Start), type, (int)rows, columns));
    }

    /// <summary>Touches the tensor's pages, so that the disk is read now and not under the first request.</summary>
    /// <param name="progress">Told the bytes read since it was last told.</param>
    public void Touch(SafetensorsEntry entry, Action<long> progress)
    {
        byte* start = _start + entry.Start;
        for (long done = 0; done < entry.Bytes; done += ReportBytes)
        {
            long end = Math.Min(done + ReportBytes, entry.Bytes);
            for (long offset = done; offset < end; offset += PageBytes)
                Volatile.Read(ref start[offset]);
            progress(end - done);
        }
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
