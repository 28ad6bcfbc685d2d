using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Sampling;

namespace Sgl.Engine.Execution;

/// <summary>
/// The step that needs the most memory: as many prompt tokens as one step may take, while as many requests as may run
/// decode and sample with everything that sampling can do. It runs once before the KV pool is sized, and the device
/// keeps what it took for it.
/// </summary>
/// <param name="PromptTokens">Of one step.</param>
/// <param name="Requests">That decode together.</param>
/// <param name="ContextLength">Of one sequence, in tokens.</param>
internal sealed record LargestStep(int PromptTokens, int Requests, int ContextLength)
{
    private static readonly SamplingParams _everything = new()
    {
        MaxNewTokens = 1,
        TopK = 50,
        TopP = 0.9f,
        MinP = 0.01f,
        RepetitionPenalty = 1.1f,
        FrequencyPenalty = 0.1f,
        LogitBias = new Dictionary<int, float> { [0] = 1 },
    };

    /// <exception cref="DeviceMemoryException">It does not fit.</exception>
    public void Run(ICausalModel model, IOps ops)
    {
        // Every token's key goes to the same slot: what comes out means nothing, only what it takes counts.
        KvLayer[] cache = KvLayer.AllocateFor(model, ops, slots: 1);
        Pass pass = MakePass();
        // The second time the device's step memory is in one piece, as it stays.
        for (int i = 0; i < 2; i++)
        {
            ops.Begin(pass);
            Tensor hidden = model.Forward(ops, pass, cache);
            int scored = Math.Min(PromptTokens, EngineOptions.PromptLogprobRows);
            Tensor logits = model.Logits(ops, hidden, new int[scored]);
            ops.Logprobs(logits, new int[scored], new int[scored])();
            SamplingRow[] rows = new SamplingRow[Requests];
            Array.Fill(rows, new SamplingRow(_everything, model.Config.EndTokens, 0, new int[1], new int[1], 0));
            ops.Sample(model.Logits(ops, hidden, new int[Requests]), rows)();
        }
    }

    private Pass MakePass()
    {
        int[] slots = new int[Math.Max(1, Math.Min(ContextLength, PromptTokens))];
        List<PassSequence> sequences = [];
        List<int> positions = [];
        for (int i = 0; i < Requests; i++)
            Add(1);
        for (int left = PromptTokens; left > 0; left -= slots.Length)
            Add(Math.Min(left, slots.Length));
        return new Pass
        {
            Tokens = new int[positions.Count],
            Positions = [.. positions],
            RopeLengths = [.. positions.Select(position => position + 1)],
            Slots = new int[positions.Count],
            Sequences = [.. sequences],
        };

        void Add(int count)
        {
            sequences.Add(new PassSequence(positions.Count, count, slots.AsMemory(0, count)));
            positions.AddRange(Enumerable.Range(0, count));
        }
    }
}
