using System.Numerics;

namespace Sgl.Engine.Text.Jinja.Python;

/// <summary>Attributes, items and slices, with the sandbox's refusals.</summary>
internal static class PyMembers
{
    /// <summary><c>owner.name</c>: the attribute, else the item, else undefined.</summary>
    public static object? Attribute(object? owner, string name)
    {
        if (owner is Undefined undefined)
            throw undefined.Error();
        if (TryMember(owner, name, out var member))
            return member;
        return owner is PyDict dict && dict.TryGet(name, out var value) ? value : Undefined.Member(owner, name);
    }

    /// <summary><c>owner[key]</c>: the item, else the attribute, else undefined.</summary>
    public static object? Item(object? owner, object? key)
    {
        switch (owner)
        {
            case Undefined undefined:
                throw undefined.Error();
            case PyDict when key is Slice:
                throw new ChatTemplateException("unhashable type: 'slice'");
            case PyDict dict when key is not (PyList or PyDict) && dict.TryGet(key, out var value):
                return value;
            case string or PySequence when key is Slice slice:
                return slice.Of(owner);
            case not JinjaObject when key is Slice:
                throw new ChatTemplateException($"'{PyType.Name(owner)}' object is not subscriptable");
            case string or PySequence when PyNumber.IsInteger(key) && TryIndex(owner, key, out var item):
                return item;
        }

        return key is string name && TryMember(owner, name, out var member) ? member : Undefined.Member(owner, key);
    }

    private static bool TryIndex(object owner, object? key, out object? item)
    {
        var count = PyIteration.Length(owner)!.Value;
        var index = key is BigInteger ? int.MaxValue : PyNumber.ToIndex(key);
        index = index < 0 ? index + count : index;
        item = null;
        if (index < 0 || index >= count)
            return false;
        if (owner is PySequence sequence)
        {
            item = sequence[index];
            return true;
        }

        var text = (string)owner;
        var at = PyText.ToUnits(text, index);
        item = text.Substring(at, char.IsSurrogatePair(text, at) ? 2 : 1);
        return true;
    }

    /// <summary>
    /// A method or attribute proper; one that the sandbox refuses comes as an undefined that says so.
    /// </summary>
    public static bool TryMember(object? owner, string name, out object? member)
    {
        if (owner is JinjaObject value)
            return value.TryGetMember(name, out member);
        if (name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal))
        {
            member = Undefined.Unsafe(owner, name);
            return true;
        }

        var (methods, changing) = owner switch
        {
            string => (StringMethods.All, ContainerMethods.None),
            PyDict => (ContainerMethods.OfDict, ContainerMethods.ChangingDict),
            PyList => (ContainerMethods.OfSequence, ContainerMethods.ChangingList),
            PyTuple or PyRange => (ContainerMethods.OfSequence, ContainerMethods.None),
            double => (ContainerMethods.OfFloat, ContainerMethods.None),
            _ => (null, ContainerMethods.None),
        };
        if (methods is not null && methods.TryGetValue(name, out var method))
        {
            member = new BoundMethod(method, owner);
            return true;
        }

        member = changing.Contains(name) ? Undefined.Unsafe(owner, name) : null;
        return member is not null;
    }
}
