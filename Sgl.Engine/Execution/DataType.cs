namespace Sgl.Engine.Execution;

/// <summary>Element types of tensors, as in checkpoints and on devices.</summary>
public enum DataType
{
    Float32,
    BFloat16,
    Float16,
}
