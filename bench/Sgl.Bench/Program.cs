using System.Runtime.InteropServices;
using Sgl.Bench;
using Sgl.Bench.CommandLine;
using Sgl.Bench.Eval;
using Sgl.Bench.Grammar;
using Sgl.Bench.Loading;
using Sgl.Bench.Offline;
using Sgl.Bench.OneBatch;
using Sgl.Bench.Ops;
using Sgl.Bench.Serving;
using Sgl.Bench.Soak;

CommandTable commands = new([
    OneBatchCommand.Command,
    OfflineCommand.Command,
    LoadCommand.Command,
    TokenizerBench.Command,
    ServingCommand.Command,
    EvalCommand.Command,
    SoakCommand.Command,
    OpsBench.Command,
    GrammarBench.Command,
]);

using CancellationTokenSource interrupt = new();
using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
{
    context.Cancel = true;
    interrupt.Cancel();
});
return await commands.RunAsync(args, Console.Out, Console.Error, interrupt.Token);
