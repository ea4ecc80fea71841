namespace Rinha.LoadTest.Tests.Http;

public sealed class AnswerParserTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\n";
    private const string Chunks = Ok + "Transfer-Encoding: chunked\r\n\r\n";

    // Self-delimiting answers: bytes, status, body, keep-alive.
    public static readonly TheoryData<string, int, string, bool> Answers = new()
    {
        { Ok + "Content-Length: 5\r\n\r\nhello", 200, "hello", true },
        { Ok + "CONTENT-LENGTH:\t 5  \r\n\r\nhello", 200, "hello", true },
        { Ok + "content-length:0\r\n\r\n", 200, "", true },
        { Ok + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", true },
        { Ok + "Server: x\r\nDate: now\r\nContent-Length: 4\r\nX:\r\n\r\n\r\n\r\n", 200, "\r\n\r\n", true },
        { Ok + "connection: CLOSE\r\nContent-Length: 1\r\n\r\nx", 200, "x", false },
        { Ok + "Connection: keep-alive\r\nContent-Length: 1\r\n\r\nx", 200, "x", true },
        { "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, "x", false },
        { "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx", 200, "x", true },
        { "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", 404, "", true },
        { "HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: 2\r\n\r\n{}", 422, "{}", true },
        { "HTTP/1.1 204 No Content\r\n\r\n", 204, "", true },
        { "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", 304, "", true },
        { Chunks + "5\r\nhello\r\n0\r\n\r\n", 200, "hello", true },
        { Chunks + "5;a=b;c\r\nhello\r\n0;d\r\n\r\n", 200, "hello", true },
        { Chunks + "000b\r\nhello world\r\n0\r\n\r\n", 200, "hello world", true },
        { Chunks + "A\r\n0123456789\r\n9\r\n\r\n3\r\nx\r\n0\r\n0\r\n\r\n", 200, "0123456789\r\n3\r\nx\r\n0", true },
        { Chunks + "0\r\n\r\n", 200, "", true },
        { Ok + "transfer-encoding: Chunked\r\nContent-Length: 99\r\n\r\n1\r\nx\r\n0\r\n\r\n", 200, "x", true },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void An_answer_is_complete_only_with_its_last_byte(
        string text, int status, string body, bool keepsAlive)
    {
        var whole = ("Complete", status, body, text.Length, keepsAlive);
        Assert.Equal(whole, Parse(text));
        Assert.Equal(whole, Parse(text, ended: true));
        Assert.Equal(whole, Parse(text + Ok));
        for (var length = 0; length < text.Length; length++)
        {
            var bytes = Encoding.Latin1.GetBytes(text[..length]);
            Assert.True(State(bytes, ended: false) == "Incomplete", $"after {length} bytes of {text}");
            Assert.True(State(bytes, ended: true) == "Incomplete", $"ended after {length} bytes of {text}");
            Assert.Equal(text[..length], Encoding.Latin1.GetString(bytes));
        }
    }

    [Theory]
    [InlineData("\r\n", "")]
    [InlineData("Connection: keep-alive\r\n\r\nhello", "hello")]
    public void Without_a_length_the_body_ends_with_the_connection(string rest, string body)
    {
        Assert.Equal("Incomplete", State(Encoding.Latin1.GetBytes(Ok + rest), ended: false));
        Assert.Equal(("Complete", 200, body, (Ok + rest).Length, false), Parse(Ok + rest, ended: true));
    }

    [Fact]
    public void Invalid_answers_are_garbage()
    {
        string[] heads =
        [
            "h", " HTTP/1.1 200 OK", "http/1.1 200 OK", "HTTP/2.0 200 OK", "HTTP/1.1", "HTTP/1.1 20 OK",
            "HTTP/1.1 2000 OK", "HTTP/1.1 +20 OK", "HTTP/1.1  200 OK", "HTTP/1.1-200 OK", Ok + "no colon",
            Ok + ": no name", Ok + "Content-Length: -1", Ok + "Content-Length: +1", Ok + "Content-Length:",
            Ok + "Content-Length: 1x", Ok + "Content-Length: 18446744073709551617",
            Ok + "Content-Length: 1\r\nContent-Length: 2", Ok + "Transfer-Encoding: gzip",
        ];
        string[] chunks =
        [
            "hello\r\n", "\r\n", "-1\r\n", "ffffffff\r\n", "100000000\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
            "3\r\nhello\r\n0\r\n\r\n", "0\r\nTrailer: x\r\n\r\n",
        ];
        Assert.All(
            [.. heads.Select(head => head + "\r\n\r\n"), .. chunks.Select(chunk => Chunks + chunk)],
            text => Assert.Equal("Garbage", State(Encoding.Latin1.GetBytes(text), ended: false)));
    }

    [Theory]
    [InlineData(Ok + "Content-Length: 2147483647\r\n\r\nx")]
    [InlineData(Chunks + "7fffffff\r\nx")]
    [InlineData(Chunks + "1\r\nx\r\n7ffffff0\r\nx")]
    public void An_absurd_length_is_never_complete(string text)
    {
        Assert.NotEqual("Complete", State(Encoding.Latin1.GetBytes(text), ended: false));
        Assert.NotEqual("Complete", State(Encoding.Latin1.GetBytes(text), ended: true));
    }

    private static string State(byte[] bytes, bool ended) => AnswerParser.Parse(bytes, ended, out _).ToString();

    private static (string State, int Status, string Body, int Consumed, bool KeepAlive) Parse(
        string text, bool ended = false)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var state = AnswerParser.Parse(bytes, ended, out var shape).ToString();
        return (state, shape.Status, Encoding.Latin1.GetString(bytes, shape.BodyStart, shape.BodyLength),
            shape.Consumed, shape.KeepAlive);
    }
}
