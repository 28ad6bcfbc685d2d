namespace Sgl.Engine.Weights;

/// <summary>One row of a safetensors file's table.</summary>
/// <param name="Type">As in the file: BF16, F32, I64 ...</param>
/// <param name="Shape">Outermost first; empty for a single number.</param>
/// <param name="Start">Of its first byte, from the beginning of the file.</param>
/// <param name="Bytes">How many it takes.</param>
internal sealed record SafetensorsEntry(string Name, string Type, IReadOnlyList<int> Shape, long Start, long Bytes);
