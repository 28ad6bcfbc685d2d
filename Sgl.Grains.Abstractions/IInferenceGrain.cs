namespace Sgl.Grains.Abstractions;

/// <summary>
/// A gateway's door for .NET programs. Its key is "model/caller", one for each caller; it lives on a gateway silo.
/// What is wrong with a call is told by a <see cref="CallException"/>.
/// </summary>
[Alias("sgl.IInferenceGrain")]
public interface IInferenceGrain : IGrainWithStringKey
{
    /// <summary>Answers a conversation; the last part has a finish.</summary>
    [Alias("Chat")]
    IAsyncEnumerable<AnswerPart> ChatAsync(ChatCall call, CancellationToken cancellationToken = default);

    /// <summary>Continues a text or tokens; the last part has a finish.</summary>
    [Alias("Generate")]
    IAsyncEnumerable<AnswerPart> GenerateAsync(GenerateCall call, CancellationToken cancellationToken = default);
}
