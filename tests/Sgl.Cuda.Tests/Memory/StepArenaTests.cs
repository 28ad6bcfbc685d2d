using Sgl.Cuda.Memory;

namespace Sgl.Cuda.Tests.Memory;

public sealed class StepArenaTests
{
    private readonly List<nint> _freed = [];
    private nint _next = 1 << 20;

    [Fact]
    public void PiecesAreApartAndAligned()
    {
        using StepArena arena = Make(4096);
        nint a = arena.Take(1), b = arena.Take(300), c = arena.Take(1);
        Assert.All((nint[])[a, b, c], address => Assert.Equal(0, address % 256));
        Assert.Equal((a + 256, b + 512), (b, c));
    }

    [Fact]
    public void AfterItsLargestStepTheSameRequestsGetTheSameAddresses()
    {
        using StepArena arena = Make(1024);
        long[] requests = [800, 900, 5000];
        Step(arena, requests);
        Assert.Equal(1024 + 1024 + 5120, arena.Capacity);
        nint[] second = Step(arena, requests);
        Assert.Equal(3, _freed.Count);
        Assert.Equal(second, Step(arena, requests));
        Assert.Equal(3, _freed.Count);
    }

    [Fact]
    public void ALargeRequestDoesNotMoveWhatWasGiven()
    {
        using StepArena arena = Make(1024);
        nint first = arena.Take(512);
        nint large = arena.Take(1 << 16);
        Assert.NotEqual(first, large);
        Assert.Empty(_freed);
    }

    [Fact]
    public void DisposingFreesEverything()
    {
        StepArena arena = Make(1024);
        nint[] given = [arena.Take(1000), arena.Take(1000)];
        arena.Dispose();
        Assert.Equal(given, _freed);
        Assert.Equal(0, arena.Capacity);
    }

    private static nint[] Step(StepArena arena, long[] requests)
    {
        arena.Reset();
        return [.. requests.Select(arena.Take)];
    }

    private StepArena Make(long chunkBytes) => new(Allocate, _freed.Add, chunkBytes);

    private nint Allocate(long bytes)
    {
        nint address = _next;
        _next += (nint)(bytes + 0xFFFF) / 0x10000 * 0x10000;
        return address;
    }
}
