using System.Buffers;
using System.Runtime.CompilerServices;

namespace Sgl.Bench.Http;

/// <summary>The events of a text/event-stream, as the bytes after "data: ". Other lines are comments to it.</summary>
internal static class SseReader
{
    private const int InitialBuffer = 16 * 1024;

    /// <summary>Each memory is void once the next is asked for.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        try
        {
            int start = 0, end = 0;
            while (true)
            {
                int length;
                while ((length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) >= 0)
                {
                    ReadOnlyMemory<byte> line = buffer.AsMemory(start, length);
                    start += length + 1;
                    if (IsData(ref line))
                        yield return line;
                }
                buffer = MakeRoom(buffer, ref start, ref end);
                int read = await stream.ReadAsync(buffer.AsMemory(end), cancellation);
                if (read == 0)
                    yield break;
                end += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsData(ref ReadOnlyMemory<byte> line)
    {
        if (!line.Span.StartsWith("data:"u8))
            return false;
        line = line[5..];
        if (line.Span.StartsWith(" "u8))
            line = line[1..];
        if (line.Span.EndsWith("\r"u8))
            line = line[..^1];
        return true;
    }

    /// <summary>Moves what is unread to the front, in a larger buffer where it fills half of this one.</summary>
    private static byte[] MakeRoom(byte[] buffer, ref int start, ref int end)
    {
        Span<byte> unread = buffer.AsSpan(start, end - start);
        byte[] roomy = unread.Length > buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(2 * buffer.Length) : buffer;
        unread.CopyTo(roomy);
        (start, end) = (0, unread.Length);
        if (roomy != buffer)
            ArrayPool<byte>.Shared.Return(buffer);
        return roomy;
    }
}
