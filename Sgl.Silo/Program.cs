using Sgl.Engine.Requests;
using Sgl.Silo.Flags;
using Sgl.Silo.Hosting;

try
{
    if (SiloFlagParser.Parse(args, Environment.GetEnvironmentVariable) is not SiloOptions options)
    {
        Console.Out.Write(SiloFlagParser.Help());
        return 0;
    }

    return await SiloProgram.RunAsync(options);
}
catch (UserErrorException error)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 2;
}
