using Sgl.Engine.Requests;

namespace Sgl.Engine.Tests.Engine;

/// <summary>Short ways to options and requests.</summary>
internal static class TestRequest
{
    public static EngineOptions Options => new() { ModelPath = "fake", MaxTotalTokens = 1024 };

    public static GenerateRequest Of(int[] prompt, int maxNewTokens, float temperature = 0, ulong seed = 0) => new()
    {
        Id = $"{seed}",
        Prompt = prompt,
        Seed = seed,
        Sampling = new SamplingParams { MaxNewTokens = maxNewTokens, Temperature = temperature },
    };

    /// <summary>A prompt of random tokens.</summary>
    public static int[] Prompt(int length, int seed = 0)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(FakeModel.Vocabulary))];
    }
}
