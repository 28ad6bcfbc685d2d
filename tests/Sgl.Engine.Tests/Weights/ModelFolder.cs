using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Sgl.Engine.Tests.Weights;

/// <summary>A folder of its own for one test's model files, gone with it.</summary>
internal sealed class ModelFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sgl-model-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public ModelFolder Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return this;
    }

    /// <summary>A safetensors file: the length of the header, the header as it stands, the data.</summary>
    public ModelFolder WriteSafetensors(string name, string header, params ReadOnlySpan<float> data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        System.IO.File.WriteAllBytes(File(name), [.. length, .. json, .. MemoryMarshal.AsBytes(data)]);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
