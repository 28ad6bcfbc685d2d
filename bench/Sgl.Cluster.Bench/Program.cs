using System.Runtime.InteropServices;
using Sgl.Bench.CommandLine;
using Sgl.Cluster.Bench.Acceptance;
using Sgl.Cluster.Bench.Routing;

CommandTable commands = new([
    RoutingBench.Command,
    ConversationsCommand.Command,
    FailoverCommand.Command,
    MultiTurnCommand.Command,
    OverheadCommand.Command,
    ScaleCommand.Command,
]);

using CancellationTokenSource interrupt = new();
using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
{
    context.Cancel = true;
    interrupt.Cancel();
});
return await commands.RunAsync(args, Console.Out, Console.Error, interrupt.Token);
