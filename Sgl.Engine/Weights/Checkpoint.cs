using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine.Weights;

/// <summary>
/// A model folder's safetensors, one file or several with an index, memory-mapped. Notes which tensors were read: one
/// that nobody asked for means that the model is not what the checkpoint was made for.
/// </summary>
internal sealed class Checkpoint : IWeightSource
{
    private const string SingleFile = "model.safetensors";
    private const string IndexFile = "model.safetensors.index.json";

    private readonly string _folder;
    private readonly Action<long, long>? _progress;
    private readonly Dictionary<string, SafetensorsFile> _files = [];
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> _tensors = [];
    private readonly HashSet<string> _read = [];
    private readonly long _bytes;
    private long _bytesRead;

    /// <param name="progress">Told (bytes read, bytes in all) as tensors are read; may be null.</param>
    /// <exception cref="UserErrorException">A file is missing or broken.</exception>
    public Checkpoint(string folder, Action<long, long>? progress)
    {
        _folder = folder;
        _progress = progress;
        try
        {
            if (File.Exists(Path.Combine(folder, SingleFile)))
                Open(SingleFile);
            else if (File.Exists(Path.Combine(folder, IndexFile)))
                OpenIndexed(Path.Combine(folder, IndexFile));
            else
                throw new UserErrorException($"{folder} has neither {SingleFile} nor {IndexFile}");
        }
        catch
        {
            Dispose();
            throw;
        }
        _bytes = _tensors.Values.Sum(tensor => tensor.Entry.Bytes);
    }

    public CheckpointTensor Read(string name, params ReadOnlySpan<int> shape)
    {
        if (!_tensors.TryGetValue(name, out var found))
            throw new UserErrorException($"{_folder}: tensor \"{name}\" is missing from its safetensors");
        var (file, entry) = found;
        if (!shape.SequenceEqual([.. entry.Shape]))
        {
            throw new UserErrorException(
                $"{_folder}: tensor \"{name}\" has shape [{string.Join(", ", entry.Shape)}]; "
                + $"config.json makes it [{string.Join(", ", shape.ToArray())}]");
        }
        CheckpointTensor tensor = file.Tensor(entry);
        if (_read.Add(name))
            file.Touch(entry, bytes => _progress?.Invoke(_bytesRead += bytes, _bytes));
        return tensor;
    }

    public void EnsureAllRead()
    {
        string[] unread = [.. _tensors.Keys.Except(_read).Where(name => !TensorNames.MayStayUnread(name)).Order()];
        if (unread.Length > 0)
        {
            throw new UserErrorException(
                $"{_folder}: config.json describes a model without these tensors: {TensorNames.List(unread)}");
        }
        _progress?.Invoke(_bytes, _bytes);
    }

    public void Dispose()
    {
        foreach (SafetensorsFile file in _files.Values)
            file.Dispose();
        _files.Clear();
        _tensors.Clear();
    }

    private void Open(string fileName)
    {
        var file = new SafetensorsFile(Path.Combine(_folder, fileName));
        _files.Add(fileName, file);
        foreach (SafetensorsEntry entry in file.Entries)
        {
            if (!_tensors.TryAdd(entry.Name, (file, entry)))
                throw new UserErrorException($"{_folder}: tensor \"{entry.Name}\" is in {fileName} and in another");
        }
    }

    private void OpenIndexed(string index)
    {
        ConfigFields fields = ConfigFields.Load(index);
        ConfigFields map = fields.Section("weight_map")
            ?? throw fields.Invalid("weight_map", "an object of tensor names and file names");
        foreach (string file in map.Names.Select(map.Text).Distinct().Order())
        {
            if (file != Path.GetFileName(file))
                throw new UserErrorException($"{index}: {file} is no name of a file in the same folder");
            Open(file);
        }
        string[] missing = [.. map.Names.Where(name => !IsIn(map.Text(name), name)).Order()];
        if (missing.Length > 0)
        {
            throw new UserErrorException(
                $"{index}: these tensors are not in the files that it names: {TensorNames.List(missing)}");
        }
    }

    private bool IsIn(string fileName, string tensor) =>
        _tensors.TryGetValue(tensor, out var found) && found.File == _files[fileName];
}
