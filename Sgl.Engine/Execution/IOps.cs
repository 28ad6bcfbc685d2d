using Sgl.Engine.Sampling;
using Sgl.Engine.Weights;

namespace Sgl.Engine.Execution;

/// <summary>
/// One device's operations. T is the pass's token count. Every output is written whole; outputs never overlap inputs
/// unless the operation says "in place". Only the engine's loop thread calls it. On the CPU a row's result does not
/// depend on the other rows of the call.
/// </summary>
public interface IOps : IDisposable
{
    /// <summary>For logs and status, for example "cpu (AVX-512, 2 threads)".</summary>
    string Description { get; }

    /// <summary>Type of activations, keys and values.</summary>
    DataType ActivationType { get; }

    DeviceTraits Traits { get; }

    /// <summary>Bytes of device memory free now for weights and KV pool.</summary>
    long AvailableBytes { get; }

    /// <summary>Bytes of the parameters that <see cref="Load"/> has given so far.</summary>
    long LoadedBytes { get; }

    /// <summary>
    /// Operations are only enqueued; a step can be prepared while the one before it runs. Then passes and sampling rows
    /// may hold <see cref="Pass.Drawn"/> tokens.
    /// </summary>
    bool RunsAhead { get; }

    /// <summary>
    /// Ascending token counts that passes of decodes are to be padded to, so that they can be replayed; larger passes
    /// are not. Empty where nothing is gained.
    /// </summary>
    IReadOnlyList<int> ReplaySizes { get; }

    /// <summary>Brings a parameter to the device, its parts' rows one below the other.</summary>
    /// <exception cref="DeviceMemoryException">There is not enough memory; so for all that asks for some.</exception>
    Weight Load(IReadOnlyList<CheckpointTensor> parts);

    /// <summary>Memory that lives as long as this object; contents are zero.</summary>
    Tensor Allocate(DataType type, int rows, int columns);

    /// <summary>
    /// Starts a step: everything that Scratch gave before is void, the pass's index arrays reach the device.
    /// </summary>
    void Begin(Pass pass);

    /// <summary>
    /// Runs the begun pass, which is one of decodes and of one of the <see cref="ReplaySizes"/>:
    /// <paramref name="forward"/> enqueues it, or what it enqueued for an earlier pass of that size is enqueued again.
    /// </summary>
    /// <returns>What forward returned.</returns>
    Tensor Replay(Pass pass, Func<Tensor> forward);

    /// <summary>
    /// Step-local memory of the activation type, contents undefined, void at the next <see cref="Begin"/>.
    /// </summary>
    Tensor Scratch(int rows, int columns);

    /// <summary>The same of another type, for what 16 bits are too few for, such as angles.</summary>
    Tensor Scratch(DataType type, int rows, int columns);

    /// <summary>output[t] = table[pass.Tokens[t]] * scale. table [vocabulary, hidden], output [T, hidden].</summary>
    void Embed(Pass pass, Weight table, float scale, Tensor output);

    /// <summary>
    /// output = x · weightᵀ + bias. x [R, in], weight [out, in], bias [1, out] or null, output [R, out].
    /// </summary>
    void Linear(Tensor x, Weight weight, Weight? bias, Tensor output);

    /// <summary>
    /// Each run of weight.Columns elements e of a row becomes e / sqrt(mean(e²) + epsilon) * (weight + offset). x and
    /// output [R, k * weight.Columns]: k is 1 for a layer's norm, the head count for a norm per head; may be in place.
    /// weight [1, n]; offset is 1 for Gemma, else 0.
    /// </summary>
    void RmsNorm(Tensor x, Weight weight, float epsilon, float offset, Tensor output);

    /// <summary>residual += x in place, then output = RmsNorm(residual). All [R, hidden].</summary>
    void AddRmsNorm(Tensor residual, Tensor x, Weight weight, float epsilon, float offset, Tensor output);

    /// <summary>
    /// Each run of weight.Columns elements e of a row becomes (e - mean) / sqrt(mean((e - mean)²) + epsilon) * weight +
    /// bias. x and output [R, k * weight.Columns]; may be in place. weight [1, n], or [k, n] with a row for each run;
    /// bias likewise, or null.
    /// </summary>
    void LayerNorm(Tensor x, Weight weight, Weight? bias, float epsilon, Tensor output);

    /// <summary>x += y in place. Both [R, C].</summary>
    void Add(Tensor x, Tensor y);

    /// <summary>
    /// For token t at position p: angles[t] = scale * (cos(p * f_0) … cos(p * f_n-1), sin(p * f_0) … sin(p * f_n-1))
    /// with f = frequencies.ForLength(pass.RopeLengths[t]), n = RotaryDim / 2. angles [T, RotaryDim], Float32.
    /// </summary>
    void RopeAngles(Pass pass, RopeFrequencies frequencies, Tensor angles);

    /// <summary>
    /// Rotates every head of q [T, heads * headDim] and k [T, kvHeads * headDim] in place by the token's angles (the
    /// first RotaryDim elements of a head; null rotates nothing), then writes k and v [T, kvHeads * headDim] into layer
    /// at pass.Slots.
    /// </summary>
    void RopeAndStore(
        Pass pass, Tensor q, Tensor k, Tensor v, int headDim, Tensor? angles, RopeStyle style, KvLayer layer);

    /// <summary>
    /// Causal attention of each sequence's new tokens over its slots: output = softmax(cap(scale * q · kᵀ)) · v per
    /// head, query head h reading kv head h / (heads / kvHeads). q and output [T, heads * headDim].
    /// </summary>
    void Attention(Pass pass, Tensor q, KvLayer layer, AttentionShape shape, Tensor output);

    /// <summary>
    /// output = activation(gate) * up, gateUp [R, 2n] with the gates in the first n columns, output [R, n].
    /// </summary>
    void GatedActivation(Tensor gateUp, Activation activation, Tensor output);

    /// <summary>
    /// output = activation(gate) * up, where the row [gate, up] = x · weightᵀ + bias. x [R, in], weight [2n, in] with
    /// the gates' rows first, bias [1, 2n] or null, output [R, n]. A device that has no one kernel for it leaves the
    /// product in product [R, 2n].
    /// </summary>
    void GatedLinear(Tensor x, Weight weight, Weight? bias, Activation activation, Tensor product, Tensor output)
    {
        Linear(x, weight, bias, product);
        GatedActivation(product, activation, output);
    }

    /// <summary>output[i] = x[rows[i]]. x [R, C], output [rows.Length, C].</summary>
    void GatherRows(Tensor x, ReadOnlySpan<int> rows, Tensor output);

    /// <summary>x = cap * tanh(x / cap) in place.</summary>
    void SoftCap(Tensor x, float cap);

    /// <summary>
    /// Draws one token for each row of logits [rows.Length, vocabulary]. May overwrite the logits. The last of a row's
    /// output tokens may be a <see cref="Pass.Drawn"/> of the Sample before.
    /// </summary>
    /// <returns>Waits for the results, in order; to be called once.</returns>
    Func<SampledToken[]> Sample(Tensor logits, ReadOnlySpan<SamplingRow> rows);

    /// <summary>
    /// Log probabilities without drawing: result i is that of tokens[i] under the plain softmax of row i, with the
    /// top best candidates. logits [tokens.Length, vocabulary].
    /// </summary>
    /// <returns>Waits for the results, in order; to be called once.</returns>
    Func<SampledToken[]> Logprobs(Tensor logits, ReadOnlySpan<int> tokens, ReadOnlySpan<int> top);
}
