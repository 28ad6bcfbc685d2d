namespace Sgl.Engine.Cpu;

/// <summary>A job that falls into numbered pieces, any of which may run on any thread at any time.</summary>
internal interface IWork
{
    void Run(int piece);
}
