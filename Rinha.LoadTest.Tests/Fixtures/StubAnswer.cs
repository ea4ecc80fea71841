using System.Text;

namespace Rinha.LoadTest.Tests.Fixtures;

/// <summary>An answer to be sent.</summary>
/// <param name="Status">Its HTTP status.</param>
/// <param name="Body">Its body.</param>
internal readonly record struct StubAnswer(int Status, string Body = "")
{
    /// <summary>As bytes, with its length.</summary>
    public byte[] ToBytes()
    {
        var body = Encoding.UTF8.GetBytes(Body);
        return
        [
            .. Encoding.ASCII.GetBytes($"HTTP/1.1 {Status} Some reason\r\nContent-Length: {body.Length}\r\n\r\n"),
            .. body,
        ];
    }
}
