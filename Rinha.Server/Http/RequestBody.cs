using System.Buffers;
using System.IO.Pipelines;

namespace Rinha.Server.Http;

// A request's body, whole, or the problem with it: too large, broken or too slow. The bytes are the reader's until it
// advances.
internal readonly record struct RequestBody(ReadOnlySequence<byte> Bytes, Problem? Problem = null)
{
    // Completes at once if the whole body has arrived.
    public static async ValueTask<RequestBody> ReadAsync(PipeReader reader)
    {
        try
        {
            if (!reader.TryRead(out var read))
            {
                read = await reader.ReadAsync();
            }

            while (!read.IsCompleted && read.Buffer.Length <= Limits.BodyBytesMax)
            {
                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                read = await reader.ReadAsync();
            }

            if (read.Buffer.Length <= Limits.BodyBytesMax)
            {
                return new RequestBody(read.Buffer);
            }

            reader.AdvanceTo(read.Buffer.End);
            return new RequestBody(default, Problem.BodyTooLarge);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException)
        {
            // An InvalidOperationException is what Kestrel throws for a NUL in a trailer, unlike one in a header.
            return new RequestBody(default, Problem.OfBrokenBody(error));
        }
    }
}
