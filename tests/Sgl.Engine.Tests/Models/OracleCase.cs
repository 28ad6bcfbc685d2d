namespace Sgl.Engine.Tests.Models;

/// <param name="Logits">One row for each of Positions, which lie in the prompt.</param>
/// <param name="Greedy">The tokens that follow the prompt.</param>
internal sealed record OracleCase(int[] Prompt, int[] Positions, float[][] Logits, int[] Greedy);
