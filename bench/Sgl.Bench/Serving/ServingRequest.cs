namespace Sgl.Bench.Serving;

/// <summary>One request of a run.</summary>
/// <param name="SendAtSeconds">When it is due, since the run's start.</param>
internal sealed record ServingRequest(int[] Prompt, int OutputLength, double SendAtSeconds);
