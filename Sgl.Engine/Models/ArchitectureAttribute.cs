namespace Sgl.Engine.Models;

/// <summary>
/// A name in config.json's "architectures" that a model class answers to. The class has a constructor
/// (ModelConfig, IWeightSource, IOps).
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ArchitectureAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
