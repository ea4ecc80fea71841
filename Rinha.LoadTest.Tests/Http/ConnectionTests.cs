namespace Rinha.LoadTest.Tests.Http;

public sealed class ConnectionTests : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private const string Chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";

    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_connection_is_reused_over_tcp_and_unix_sockets(bool isUnix)
    {
        using var server = StubServer.StartSending(Ok, socketPath: isUnix ? _directory.File("s") : null);

        Assert.Equal(Enumerable.Repeat("200 hello", 100), SequentialClient.Run(server.Target, 100));
        Assert.Equal(1, server.Accepted);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", true)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello", true)]
    public void After_an_answer_that_ends_the_connection_the_next_request_opens_another(string answer, bool closes)
    {
        using var server = StubServer.StartSending(answer, closes);

        Assert.Equal(Enumerable.Repeat("200 hello", 10), SequentialClient.Run(server.Target, 10));
        Assert.Equal(10, server.Accepted);
    }

    [Fact]
    public void Closing_an_idle_connection_fails_no_request()
    {
        using var server = StubServer.StartSending(Ok, closes: true, _directory.File("s"));

        Assert.Equal(Enumerable.Repeat("200 hello", 5), SequentialClient.Run(server.Target, 5, awaitsEnd: true));
        Assert.Equal(5, server.Accepted);
    }

    [Theory]
    [InlineData(Ok)]
    [InlineData(Chunked)]
    public void An_answer_may_arrive_in_two_parts_or_byte_by_byte(string answer)
    {
        using var server = StubServer.StartUnix(_directory.File("s"), connection =>
        {
            for (var length = 1; length < answer.Length; length++)
            {
                connection.Read();
                connection.Send(answer[..length]);
                connection.AwaitRead();
                connection.Send(answer[length..]);
            }

            connection.Read();
            foreach (var character in answer)
            {
                connection.Send(character.ToString());
                connection.AwaitRead();
            }

            connection.AwaitEnd();
        });

        Assert.Equal(Enumerable.Repeat("200 hello", answer.Length), SequentialClient.Run(server.Target, answer.Length));
        Assert.Equal(1, server.Accepted);
    }

    [Theory]
    [InlineData(8_192)]
    [InlineData(1_000_000)]
    public void A_long_answer_is_read_completely(int length)
    {
        var body = string.Concat(Enumerable.Range(0, length).Select(index => (char)('a' + (index % 26))));
        var chunks = body.Chunk(10_000).Select(part => $"{part.Length:x}\r\n{new string(part)}\r\n");
        using var server = StubServer.Start(connection =>
        {
            connection.Read();
            connection.Send($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
            connection.Read();
            connection.Send($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{string.Concat(chunks)}0\r\n\r\n");
            connection.AwaitEnd();
        });

        Assert.Equal(["200 " + body, "200 " + body], SequentialClient.Run(server.Target, 2));
    }

    [Fact]
    public void An_answer_of_more_than_a_megabyte_is_rejected()
    {
        var body = new string('x', Connection.AnswerBytesMax);
        using var server = StubServer.StartSending($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        Assert.Equal(["Garbage"], SequentialClient.Run(server.Target));
    }

    [Fact]
    public void A_request_waits_for_space_in_the_socket_buffer()
    {
        const int count = 1_000;
        var request = "GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("x: 0123456789\r\n", 60)) + "\r\n";
        var received = new List<byte>();
        var timesFull = 0;
        using var server = StubServer.StartUnix(_directory.File("s"), connection =>
        {
            // Answers without reading; reads only when nothing more arrives, which means that the socket is full,
            // and before the last answer, because the client closes the socket after that.
            var socket = connection.Socket;
            for (var answered = 0; answered < count; answered++)
            {
                while (!SpinWait.SpinUntil(
                    () => received.Count + socket.Available >= (answered + 1) * request.Length, 50))
                {
                    timesFull += socket.Available > request.Length ? 1 : 0;
                    Read();
                }

                if (answered == count - 1)
                {
                    Read();
                }

                connection.Send(Ok);
            }

            void Read()
            {
                var bytes = new byte[socket.Available];
                received.AddRange(bytes.AsSpan(0, bytes.Length == 0 ? 0 : socket.Receive(bytes)));
            }
        });

        Assert.Equal(Enumerable.Repeat("200 hello", count), SequentialClient.Run(server.Target, count, request));
        server.Dispose();
        Assert.Equal(
            string.Concat(Enumerable.Repeat(request, count)), Encoding.Latin1.GetString(received.ToArray()));
        Assert.True(timesFull > 0);
    }

    public void Dispose() => _directory.Dispose();
}
