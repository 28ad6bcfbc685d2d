using Orleans.Concurrency;
using Orleans.Storage;
using Sgl.Grains.Abstractions;

namespace Sgl.Grains.Sessions;

/// <inheritdoc cref="ISessionGrain"/>
/// <remarks>
/// A worker of its own in each gateway silo, so that it needs no directory: a client that moves to another gateway does
/// not wait until the death of the first is agreed on. Tokens are a function of the request, so two of them agree.
/// </remarks>
[StatelessWorker(1)]
public sealed class SessionGrain(
    [PersistentState("session", SessionGrain.Storage)] IPersistentState<SessionState> state) : Grain, ISessionGrain
{
    /// <summary>Name of the grain storage.</summary>
    public const string Storage = "sessions";

    /// <summary>Turns that are kept; a conversation's prompt holds what came before.</summary>
    private const int MaxTurns = 16;

    private const int MaxConflicts = 3;

    public Task OpenAsync() => state.ReadStateAsync();

    public Task<SessionTurn?> GetTurnAsync(string request) =>
        Task.FromResult(state.State.Turns.Find(turn => turn.Request == request));

    public async Task SaveAsync(SessionTurn turn)
    {
        for (int conflicts = 0; ; conflicts++)
        {
            Put(turn);
            try
            {
                await state.WriteStateAsync();
                return;
            }
            catch (InconsistentStateException) when (conflicts < MaxConflicts)
            {
                // Another gateway has written; its turns are kept, too.
                await state.ReadStateAsync();
            }
        }
    }

    public Task CloseAsync() => state.ClearStateAsync();

    private void Put(SessionTurn turn)
    {
        List<SessionTurn> turns = state.State.Turns;
        int known = turns.FindIndex(other => other.Request == turn.Request);
        if (known < 0)
            turns.Add(turn);
        else if (turn.Finish is not null || turn.Output.Length > turns[known].Output.Length)
            turns[known] = turn;
        if (turns.Count > MaxTurns)
            turns.RemoveRange(0, turns.Count - MaxTurns);
    }
}
