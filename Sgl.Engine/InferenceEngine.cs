using System.Runtime.CompilerServices;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;

namespace Sgl.Engine;

/// <summary>The waist, in process: owns the model, its device and the one thread that runs the loop.</summary>
public sealed class InferenceEngine : IInferenceBackend, IAsyncDisposable
{
    /// <summary>Takes a built model on its device; both are disposed with the engine. The loop starts at once.</summary>
    /// <param name="log">Gets one line per event worth a line ("Prefill batch. #new-seq: ..."); may be null.</param>
    public InferenceEngine(EngineOptions options, ICausalModel model, IOps ops, Action<string>? log = null) => throw new NotImplementedException();

    /// <summary>Loads options.ModelPath on the CPU and starts an engine on it.</summary>
    /// <param name="progress">Told (bytes read, bytes in all) while weights are read; may be null.</param>
    public static InferenceEngine Load(EngineOptions options, Action<string>? log = null, Action<long, long>? progress = null) => throw new NotImplementedException();

    public ModelInfo Model => throw new NotImplementedException();

    /// <inheritdoc/>
    public async IAsyncEnumerable<TokenChunk> GenerateAsync(GenerateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        yield break;
    }

    public ValueTask<EngineStatus> GetStatusAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public ValueTask<bool> FlushCacheAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Aborts what runs and waits, stops the loop and frees the device.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
