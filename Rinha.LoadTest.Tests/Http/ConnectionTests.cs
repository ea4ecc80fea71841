namespace Rinha.LoadTest.Tests.Http;

public sealed class ConnectionTests : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private const string Chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n";

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_connection_is_used_again()
    {
        using var server = StubServer.Start(connection => Repeat(connection, Ok));

        Assert.Equal(Enumerable.Repeat("200 hello", 100), OneByOne.Run(server.Target, 100));
        Assert.Equal(1, server.Accepted);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\nhello")]
    public void After_an_answer_that_ends_the_connection_the_next_request_opens_another(string answer)
    {
        using var server = StubServer.Start(connection =>
        {
            connection.Read();
            connection.Send(answer);
        });

        Assert.Equal(Enumerable.Repeat("200 hello", 10), OneByOne.Run(server.Target, 10));
        Assert.Equal(10, server.Accepted);
    }

    [Fact]
    public void The_client_closes_when_the_answer_says_so_whether_the_server_does_or_not()
    {
        using var server = StubServer.Start(connection =>
        {
            connection.Read();
            connection.Send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            connection.AwaitEnd();
        });

        Assert.Equal(Enumerable.Repeat("200 ", 10), OneByOne.Run(server.Target, 10));
        Assert.Equal(10, server.Accepted);
    }

    [Fact]
    public void A_unix_socket_does_as_well_as_a_port()
    {
        using var server = StubServer.StartUnix(_directory.File("s"), connection => Repeat(connection, Ok));

        Assert.Equal(Enumerable.Repeat("200 hello", 100), OneByOne.Run(server.Target, 100));
        Assert.Equal(1, server.Accepted);
    }

    [Theory]
    [InlineData(Ok)]
    [InlineData(Chunked)]
    public void An_answer_may_come_in_two_parts_split_anywhere(string answer)
    {
        using var server = StubServer.StartUnix(_directory.File("s"), connection =>
        {
            for (var length = 1; length < answer.Length; length++)
            {
                connection.Read();
                connection.Send(answer[..length]);
                connection.AwaitTaken();
                connection.Send(answer[length..]);
            }
        });

        var outcomes = OneByOne.Run(server.Target, answer.Length - 1);

        Assert.Equal(Enumerable.Repeat("200 hello", answer.Length - 1), outcomes);
        Assert.Equal(1, server.Accepted);
    }

    [Theory]
    [InlineData(Ok)]
    [InlineData(Chunked)]
    public void An_answer_may_come_byte_by_byte(string answer)
    {
        using var server = StubServer.StartUnix(_directory.File("s"), connection =>
        {
            connection.Read();
            foreach (var character in answer)
            {
                connection.Send(character.ToString());
                connection.AwaitTaken();
            }

            connection.AwaitEnd();
        });

        Assert.Equal(["200 hello"], OneByOne.Run(server.Target));
    }

    [Theory]
    [InlineData(8_192)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public void A_long_answer_is_taken_whole(int length)
    {
        var body = string.Concat(Enumerable.Range(0, length).Select(index => (char)('a' + (index % 26))));
        string[] answers =
        [
            $"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}",
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + string.Concat(body.Chunk(10_000).Select(part => $"{part.Length:x}\r\n{new string(part)}\r\n"))
                + "0\r\n\r\n",
        ];
        using var server = StubServer.Start(connection =>
        {
            foreach (var answer in answers)
            {
                connection.Read();
                connection.Send(answer);
            }

            connection.AwaitEnd();
        });

        Assert.Equal(["200 " + body, "200 " + body], OneByOne.Run(server.Target, 2));
    }

    [Fact]
    public void An_answer_of_more_than_a_megabyte_is_not_taken()
    {
        using var server = StubServer.Start(connection =>
        {
            connection.Read();
            connection.Send($"HTTP/1.1 200 OK\r\nContent-Length: {ReceiveBuffer.BytesMax}\r\n\r\n");
            connection.Send(new byte[ReceiveBuffer.BytesMax]);
            connection.AwaitEnd();
        });

        Assert.Equal(["Garbage"], OneByOne.Run(server.Target));
    }

    [Fact]
    public void A_request_that_does_not_fit_waits_until_the_server_reads()
    {
        const int count = 1_000;
        var request = "GET / HTTP/1.1\r\n" + string.Concat(Enumerable.Repeat("x: 0123456789\r\n", 60)) + "\r\n";
        var read = new List<string>();
        var timesFull = 0;
        using var server = StubServer.StartUnix(_directory.File("s"), connection =>
        {
            // Answers what it sees lying there; reads only when no more comes, since then the socket is full.
            var answered = 0;
            while (answered < count)
            {
                if (SpinWait.SpinUntil(() => connection.Unread >= (answered - read.Count + 1) * request.Length, 50))
                {
                    connection.Send(Ok);
                    answered++;
                    continue;
                }

                timesFull++;
                while (read.Count < answered)
                {
                    read.Add(connection.Read()!.Head);
                }
            }

            while (read.Count < count)
            {
                read.Add(connection.Read()!.Head);
            }
        });

        Assert.Equal(Enumerable.Repeat("200 hello", count), OneByOne.Run(server.Target, count, request));
        server.Dispose();
        Assert.Equal(Enumerable.Repeat(request[..^2], count), read);
        Assert.True(timesFull > 0);
    }

    [Fact]
    public void A_server_that_closes_an_idle_connection_costs_no_request()
    {
        using var server = StubServer.StartUnix(_directory.File("s"), connection =>
        {
            connection.Read();
            connection.Send(Ok);
        });
        using var loop = new EventLoop(server.Target, Wait.Timeout, Wait.Timeout);
        var driver = new IdlingDriver(loop, closings: 5);

        loop.Run(driver);

        Assert.Equal(Enumerable.Repeat("200", 5), driver.Outcomes);
        Assert.Equal(5, server.Accepted);
    }

    public void Dispose() => _directory.Dispose();

    private static void Repeat(StubConnection connection, string answer)
    {
        while (connection.Read() is not null)
        {
            connection.Send(answer);
        }
    }

    /// <summary>Sends each request only after the connection's life before has ended by itself.</summary>
    private sealed class IdlingDriver : IDriver, IConnectionOwner
    {
        private readonly Connection _connection;
        private readonly int _closings;
        private readonly long _endsAtNs = Clock.NowNs + (long)Wait.Timeout.TotalNanoseconds;

        public IdlingDriver(EventLoop loop, int closings)
        {
            _connection = loop.Rent(this);
            _closings = closings;
        }

        public List<string> Outcomes { get; } = [];

        public bool IsDone => _connection.Generation == _closings;

        public long OnTick(long nowNs)
        {
            Assert.True(nowNs < _endsAtNs, "an idle connection stays open though the server has closed it");
            if (!_connection.IsBusy && _connection.Generation == Outcomes.Count)
            {
                var request = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n");
                request.CopyTo(_connection.RequestBuffer);
                _connection.Send(request.Length, nowNs);
            }

            return nowNs + 1_000_000;
        }

        public void OnAnswer(Connection connection, in Answer answer) => Outcomes.Add($"{answer.Status}");

        public void OnFailure(Connection connection, FailureKind kind) => Outcomes.Add(kind.ToString());
    }
}
