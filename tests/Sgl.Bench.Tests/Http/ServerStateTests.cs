using Sgl.Bench.Http;

namespace Sgl.Bench.Tests.Http;

public sealed class ServerStateTests
{
    [Fact]
    public void An_idle_pool_that_adds_up_has_no_leak() =>
        Assert.Null(new ServerState(Running: 0, Queued: 0, Total: 100, Free: 60, Cached: 40, Held: 0).Leak());

    [Theory]
    [InlineData(1, 0, 60, 40, 0, "1 requests run")]
    [InlineData(0, 2, 60, 40, 0, "2 wait")]
    [InlineData(0, 0, 60, 30, 10, "10 tokens of KV pool are held")]
    [InlineData(0, 0, 60, 39, 0, "free 60 + cached 39 + held 0 is not the pool's 100")]
    public void What_is_wrong_is_named(int running, int queued, int free, int cached, int held, string message) =>
        Assert.Contains(message, new ServerState(running, queued, 100, free, cached, held).Leak());
}
