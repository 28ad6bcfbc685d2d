using System.Numerics;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>The names that Python's messages give to types, and truth.</summary>
internal static class PyType
{
    public static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        string => "str",
        PyList => "list",
        PyTuple => "tuple",
        PyRange => "range",
        PyDict => "dict",
        PyDictView { Part: DictPart.Keys } => "dict_keys",
        PyDictView { Part: DictPart.Values } => "dict_values",
        PyDictView => "dict_items",
        PyIterator => "generator",
        Undefined => "Undefined",
        _ => value.GetType().Name,
    };

    /// <summary>How Jinja names the owner of a missing attribute.</summary>
    public static string Owner(object? value) => value switch
    {
        null => "None",
        Namespace => "jinja2.utils.Namespace object",
        LoopContext or Macro => $"jinja2.runtime.{Name(value)} object",
        _ => $"{Name(value)} object",
    };

    public static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool b => b,
        string s => s.Length > 0,
        long l => l != 0,
        double d => d != 0,
        PySequence s => s.Count > 0,
        PyDict d => d.Count > 0,
        PyDictView v => v.Count > 0,
        Undefined => false,
        _ => true,
    };
}
