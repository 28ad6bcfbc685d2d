using System.Text;
using Sgl.Bench.Http;

namespace Sgl.Bench.Tests.Http;

public sealed class SseReaderTests
{
    private const string Events = ": hello\n\ndata: {\"a\":1}\n\nevent: x\r\ndata:two\r\n\r\ndata: [DONE]\n\n";

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task Events_come_whole_however_the_bytes_are_cut(int pieceLength) =>
        Assert.Equal(["{\"a\":1}", "two", "[DONE]"], await ReadAsync(Events, pieceLength));

    [Fact]
    public async Task An_event_may_be_longer_than_the_buffer()
    {
        string text = new('x', 100_000);
        Assert.Equal([text, "y"], await ReadAsync($"data: {text}\n\ndata: y\n\n", 7_001));
    }

    [Fact]
    public async Task An_event_without_its_end_is_none() => Assert.Empty(await ReadAsync("data: half", 100));

    private static async Task<List<string>> ReadAsync(string text, int pieceLength)
    {
        using PieceStream stream = new(Encoding.UTF8.GetBytes(text), pieceLength);
        List<string> events = [];
        await foreach (ReadOnlyMemory<byte> data in SseReader.ReadAsync(stream))
            events.Add(Encoding.UTF8.GetString(data.Span));
        return events;
    }

    private sealed class PieceStream(byte[] bytes, int pieceLength) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, pieceLength)], cancellationToken);
    }
}
