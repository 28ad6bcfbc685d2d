using Sgl.Engine.Cpu;
using Sgl.Engine.Requests;
using Sgl.Engine.Scheduling;

namespace Sgl.Engine.Tests.Engine;

public sealed class EngineOptionsTests
{
    public static TheoryData<EngineOptions, string> Nonsense => new()
    {
        { TestRequest.Options with { ContextLength = 0 }, "--context-length is 0; it must be at least 1." },
        { TestRequest.Options with { MaxTotalTokens = 3 }, "--max-total-tokens is 3; it must be at least 16." },
        { TestRequest.Options with { MaxRunningRequests = 0 }, "--max-running-requests is 0; it must be at least 1." },
        { TestRequest.Options with { MaxQueuedRequests = -1 }, "--max-queued-requests is -1; it must be at least 1." },
        { TestRequest.Options with { MaxPrefillTokens = 0 }, "--max-prefill-tokens is 0; it must be at least 1." },
        {
            TestRequest.Options with { ScheduleConservativeness = double.NaN },
            "--schedule-conservativeness is NaN; it must be 0 or more."
        },
        {
            TestRequest.Options with { MaxTotalTokens = null, MemFractionStatic = 1.5 },
            "--mem-fraction-static is 1.5; it must be above 0, at most 1."
        },
        { TestRequest.Options with { SchedulePolicy = "best" }, "--schedule-policy best is unknown; the policies are" },
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void NonsenseIsRefusedByTheNameOfItsFlag(EngineOptions options, string message)
    {
        using CpuOps ops = new(threads: 1);
        var error = Assert.Throws<UserErrorException>(() => new InferenceEngine(options, new FakeModel(), ops));
        Assert.StartsWith(message, error.Message);
    }

    [Fact]
    public void APoolLargerThanTheMemoryIsRefused()
    {
        using CpuOps ops = new(threads: 1);
        FakeModel wide = new() { KvWidths = [1 << 20] };
        var error = Assert.Throws<UserErrorException>(() => EngineLimits.Resolve(
            TestRequest.Options with { MaxTotalTokens = 1 << 30 }, wide, ops));
        Assert.StartsWith("--max-total-tokens 1073741824 needs 9,007,199,254,740,992 bytes for keys", error.Message);
    }

    [Fact]
    public void OnTheCpuThePoolStopsAtSomeContexts()
    {
        using CpuOps ops = new(threads: 1);
        EngineOptions options = TestRequest.Options with { MaxTotalTokens = null, ContextLength = 100 };
        EngineLimits limits = EngineLimits.Resolve(options, new FakeModel(), ops);
        Assert.Equal((3200, 1024, 100), (limits.PoolTokens, limits.MaxRunningRequests, limits.ContextLength));
    }
}
