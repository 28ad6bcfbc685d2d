namespace Sgl.Grains.Routing;

/// <summary>A replica at the moment of a decision, with what was just sent there.</summary>
/// <param name="CachedTokens">Of the prompt to be routed.</param>
/// <param name="Requests">That run or wait there.</param>
/// <param name="QueuedTokens">Prompt tokens that are to be computed there first.</param>
/// <param name="FreeTokens">Of its KV pool; what a prompt needs beyond them pushes out what others left there.</param>
public readonly record struct Candidate(int CachedTokens, int Requests, long QueuedTokens, long FreeTokens);
