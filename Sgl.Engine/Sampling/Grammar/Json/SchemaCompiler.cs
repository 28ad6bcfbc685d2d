using System.Text.Json;
using static Sgl.Engine.Sampling.Grammar.GrammarNode;

namespace Sgl.Engine.Sampling.Grammar.Json;

/// <summary>
/// Turns a JSON schema of draft 2020-12 into a grammar. Every text of the grammar is valid under the schema; not every
/// valid text is of the grammar: properties come in the order of the schema, and those it does not name only where
/// additionalProperties says so, or where it names none at all.
/// </summary>
internal sealed class SchemaCompiler
{
    private readonly GrammarRules _rules = new();
    private readonly Dictionary<string, Reference> _referenced = [];
    private readonly SchemaReferences _references;
    private readonly SchemaMerge _merge;
    private readonly ObjectSchema _objects;
    private readonly ArraySchema _arrays;
    private int _depth;

    private SchemaCompiler(JsonElement root)
    {
        int rule = _rules.Declare("#");
        _referenced["#"] = new Reference(rule);
        Json = new JsonText(_rules);
        _references = new SchemaReferences(new SchemaPlace(root, "#"));
        _merge = new SchemaMerge(_references);
        _objects = new ObjectSchema(this);
        _arrays = new ArraySchema(this);
        _rules.Define(rule, Compile(new SchemaPlace(root, "#")));
    }

    public JsonText Json { get; }

    /// <exception cref="GrammarException">It is no JSON or no schema, or has a keyword that is not supported: names
    /// the place.</exception>
    public static GrammarRules Compile(string schema)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(schema);
            return new SchemaCompiler(document.RootElement)._rules;
        }
        catch (JsonException error)
        {
            throw new GrammarException(
                $"The schema is not JSON, at line {error.LineNumber + 1}, byte {error.BytePositionInLine}: "
                + error.Message.Split(" LineNumber")[0]);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or FormatException)
        {
            // What JSON's own types say of names that come twice, half surrogate pairs and values of a wrong type.
            throw new GrammarException($"The schema is malformed: {error.Message}");
        }
    }

    /// <summary>A rule of its own: what is compiled once and used in many places.</summary>
    public Reference AddRule(string name, GrammarNode body) => _rules.Add(name, body);

    public int DeclareRule(string name) => _rules.Declare(name);

    public void DefineRule(int rule, GrammarNode body) => _rules.Define(rule, body);

    public GrammarNode Compile(SchemaPlace schema)
    {
        if (schema.Value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return schema.Value.GetBoolean() ? Json.Any : Never;
        SchemaKeywords.Check(schema);
        if (++_depth > GrammarLimits.Depth)
            throw schema.Fault($"schemas are more than {GrammarLimits.Depth} deep");
        GrammarNode node = CompileObject(schema);
        _depth--;
        return node;
    }

    private GrammarNode CompileObject(SchemaPlace schema)
    {
        string[] constraints = [.. SchemaKeywords.Constraints(schema)];
        if (schema.Find("$ref") is SchemaPlace reference && constraints.Length == 1)
            return Refer(reference);
        if (schema.FindList("allOf") is SchemaPlace all && constraints.Length == 1 && all.Value.GetArrayLength() == 1)
            return Compile(all.Items.First());
        if (schema.Has("$ref") || schema.Has("allOf"))
            return Compile(_merge.Flatten(schema));
        if (schema.Has("anyOf"))
            return Alternatives(schema, "anyOf", constraints);
        if (schema.Has("oneOf"))
            return Alternatives(schema, "oneOf", constraints);
        if (schema.Has("const") || schema.Has("enum"))
            return Constants(schema, constraints);
        IReadOnlyList<string>? types = SchemaKeywords.AllowedTypes(schema);
        return types is null ? Json.Any : AnyOf([.. types.Select(type => OfType(schema, type))]);
    }

    private GrammarNode OfType(SchemaPlace schema, string type) => type switch
    {
        "object" => _objects.Compile(schema),
        "array" => _arrays.Compile(schema),
        "string" => StringSchema.Compile(schema, Json),
        "integer" => NumberSchema.CompileInteger(schema, Json),
        "number" => NumberSchema.Compile(schema, Json),
        "boolean" => Json.Boolean,
        _ => Json.Null,
    };

    private Reference Refer(SchemaPlace reference)
    {
        SchemaPlace target = _references.Resolve(reference);
        if (_referenced.TryGetValue(target.Pointer, out Reference? known))
            return known;
        int rule = _rules.Declare(target.Pointer);
        Reference node = new(rule);
        _referenced[target.Pointer] = node;
        _rules.Define(rule, Compile(target));
        return node;
    }

    private Choice Alternatives(SchemaPlace schema, string keyword, string[] constraints)
    {
        SchemaPlace list = schema.FindList(keyword)!.Value;
        SchemaPlace[] options = [.. list.Items];
        if (options.Length == 0)
            throw list.Fault("expected at least one schema");
        if (constraints.Length > 1)
            options = [.. options.Select(option => _merge.Combine(_merge.Without(schema, keyword), option))];
        if (keyword == "oneOf")
            _references.CheckExclusive(options);
        return new Choice([.. options.Select(Compile)]);
    }

    private Choice Constants(SchemaPlace schema, string[] constraints)
    {
        if (constraints.FirstOrDefault(name => name is not ("const" or "enum" or "type" or "nullable")) is string other)
            throw schema.Find(other)!.Value.Fault($"'{other}' beside enum or const is not supported");
        IReadOnlyList<string>? types = SchemaKeywords.AllowedTypes(schema);
        SchemaPlace[] values = schema.FindList("enum") is SchemaPlace list ? [.. list.Items] : [];
        if (schema.Find("const") is SchemaPlace constant)
            values = [.. schema.Has("enum") ? values.Where(value =>
                JsonElement.DeepEquals(value.Value, constant.Value)).Take(1) : [constant]];
        if (types is not null)
            values = [.. values.Where(value => types.Any(type => SchemaReferences.IsOfType(value.Value, type)))];
        List<GrammarNode> options = [.. values.Select(value => Json.Constant(value.Value))];
        if (schema.FindFlag("nullable") == true && !values.Any(value => value.Value.ValueKind == JsonValueKind.Null))
            options.Add(Json.Null);
        return options.Count > 0 ? new Choice(options)
            : throw schema.Fault("no value is of both the type and the list");
    }
}
