namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>A dict: keys in the order they came in, equal as Python's are (1, 1.0 and True are one key).</summary>
internal sealed class PyDict
{
    // A .NET dictionary takes no null key, and None is null.
    private static readonly object _noneKey = new();

    private readonly OrderedDictionary<object, object?> _items = new(KeyComparer.Instance);

    public int Count => _items.Count;

    public IEnumerable<object?> Keys => _items.Keys.Select(FromKey);

    public IEnumerable<object?> Values => _items.Values;

    public IEnumerable<KeyValuePair<object?, object?>> Items =>
        _items.Select(i => KeyValuePair.Create(FromKey(i.Key), i.Value));

    /// <summary>Only for building a dict: templates cannot change one.</summary>
    public void Set(object? key, object? value) => _items[key ?? _noneKey] = value;

    public bool TryGet(object? key, out object? value) => _items.TryGetValue(key ?? _noneKey, out value);

    public bool Contains(object? key) => _items.ContainsKey(key ?? _noneKey);

    private static object? FromKey(object key) => ReferenceEquals(key, _noneKey) ? null : key;

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static readonly KeyComparer Instance = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => PyCompare.AreEqual(x, y);

        int IEqualityComparer<object>.GetHashCode(object key) => PyCompare.Hash(key);
    }
}

internal enum DictPart
{
    Keys,
    Values,
    Items,
}

/// <summary>What keys(), values() and items() give: it can be counted and walked, not indexed.</summary>
internal sealed class PyDictView(PyDict dict, DictPart part)
{
    public int Count => dict.Count;

    public DictPart Part => part;

    public IEnumerable<object?> Elements => part switch
    {
        DictPart.Keys => dict.Keys,
        DictPart.Values => dict.Values,
        _ => dict.Items.Select(object? (i) => new PyTuple(i.Key, i.Value)),
    };
}
