using Sgl.Engine;
using Sgl.Engine.Text;
using Sgl.Gateway.Flags;
using Sgl.Gateway.Requests;

namespace Sgl.Gateway;

/// <summary>What the endpoints serve: a backend behind the waist, and the text side of its model.</summary>
public sealed record ServedModel
{
    public required IInferenceBackend Backend { get; init; }

    public required Tokenizer Tokenizer { get; init; }

    /// <summary>Null when the model has none: chat requests are then refused.</summary>
    public required ChatTemplate? Template { get; init; }

    public required GatewayOptions Options { get; init; }

    /// <summary>
    /// Opens the record of a session, and tells whether it will be kept; null where sessions have none.
    /// </summary>
    public Func<string, ValueTask<bool>>? OpenSession { get; init; }

    /// <summary>
    /// The models that this server has at the moment, this one perhaps among them; null where this is the only one.
    /// </summary>
    public Func<IReadOnlyList<ServedModel>>? All { get; init; }

    /// <summary>What OpenAI requests get for sampling parameters that they leave out.</summary>
    public SamplingDefaults SamplingDefaults { get; init; } = new();
}
