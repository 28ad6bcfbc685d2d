namespace Sgl.Engine.Requests;

/// <summary>
/// Which log probabilities a request wants, always of the model's own distribution (before penalties and temperature).
/// </summary>
/// <param name="PromptStart">
/// First prompt position reported; the prompt's length when only the output is wanted. Position 0 has no logprob
/// (null).
/// </param>
/// <param name="Top">How many best candidates are reported per position; 0 for none.</param>
public sealed record LogprobOptions(int PromptStart, int Top);
