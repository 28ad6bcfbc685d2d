using Sgl.Engine.Requests;

namespace Sgl.Gateway.Requests;

/// <summary>One generation of a request: what crosses the waist, and how its tokens become text.</summary>
/// <param name="Index">Its place in the answer: prompt-major, then by choice.</param>
internal sealed record PlannedGeneration(int Index, PlannedPrompt Prompt, GenerateRequest Request, TextRules Text);
