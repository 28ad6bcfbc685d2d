using Sgl.Engine.Requests;

namespace Sgl.Bench.CommandLine;

/// <summary>Finds the command that a command line names and runs it.</summary>
internal sealed class CommandTable(IReadOnlyList<Command> commands)
{
    private const int Failed = 1;
    private const int UserError = 2;
    private const int Interrupted = 130;

    /// <returns>
    /// The exit code: the command's own; 2 with one line on <paramref name="errors"/> for a user's error.
    /// </returns>
    public async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        try
        {
            if (args.Length == 0)
                throw new UserErrorException($"A command is missing; known are {Names}. --help tells more.");
            if (IsHelp(args[0]))
            {
                await output.WriteLineAsync(Help());
                return 0;
            }
            Command command = commands.FirstOrDefault(known => known.Name == args[0])
                ?? throw new UserErrorException($"'{args[0]}' is no command; known are {Names}.");
            if (args.Skip(1).Any(IsHelp))
            {
                await output.WriteLineAsync(command.Help());
                return 0;
            }
            return await command.Run(FlagValues.Parse(command, args[1..]), cancellation);
        }
        catch (UserErrorException error)
        {
            await errors.WriteLineAsync(error.Message);
            return UserError;
        }
        catch (HttpRequestException error)
        {
            await errors.WriteLineAsync($"The server does not answer: {error.Message}");
            return Failed;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await errors.WriteLineAsync("Interrupted.");
            return Interrupted;
        }
    }

    private string Names => string.Join(", ", commands.Select(command => command.Name));

    private static bool IsHelp(string text) => text is "--help" or "-h";

    private string Help() => $"""
        Sgl.Bench COMMAND [flags]; COMMAND --help lists its flags.
        {string.Join('\n', commands.Select(command => $"  {command.Name,-12}{command.Summary}"))}
        """;
}
