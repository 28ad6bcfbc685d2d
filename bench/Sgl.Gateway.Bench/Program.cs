using Sgl.Bench.CommandLine;
using Sgl.Gateway.Bench;

CommandTable commands = new([StreamCommand.Command, SourceServer.Command]);
return await commands.RunAsync(args, Console.Out, Console.Error, CancellationToken.None);
