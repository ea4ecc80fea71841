using System.Buffers;

namespace Rinha.Server.Http;

// A request's JSON body: all its bytes, valid until the caller advances the reader past them, or the problem with it.
internal readonly record struct RequestBody(ReadOnlySequence<byte> Bytes, Problem? Problem = null)
{
    // Completes at once if the whole body has arrived.
    public static async ValueTask<RequestBody> ReadAsync(Exchange exchange)
    {
        var headers = exchange.RequestHeaders;
        if (!MediaTypes.IsJson(headers.ContentType))
        {
            return new RequestBody(default, Problem.NotJson);
        }

        if (headers.ContentLength > Limits.BodyBytesMax)
        {
            return new RequestBody(default, Problem.BodyTooLarge);
        }

        try
        {
            var reader = exchange.RequestBody;
            // Kestrel asks ConnectionInput: a late body resumes in another turn of the loop.
            var read = reader.TryRead(out var arrived) ? arrived : await reader.ReadAsync();
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
            // Kestrel throws an InvalidOperationException for a NUL in a trailer, though not for one in a header.
            return new RequestBody(default, Problem.OfBrokenBody(error));
        }
    }
}
