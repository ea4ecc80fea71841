namespace Rinha.LoadTest.Tests.Http;

/// <summary>Every way in which a request can fail, provoked by a server that does just that.</summary>
public sealed class FailureTests : IDisposable
{
    private const int Requests = 5;
    private const string Body = """{"limite": 100000, "saldo": 0}""";

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Nobody_listens_on_the_port() =>
        AssertAll(FailureKind.ConnectionRefused, Targets.Of(Targets.UnusedUrl()));

    [Fact]
    public void There_is_no_such_unix_socket() =>
        AssertAll(FailureKind.ConnectionRefused, Targets.Of("unix:" + _directory.File("s")));

    [Fact]
    public void Nobody_listens_on_the_unix_socket()
    {
        var path = _directory.File("s");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));

        AssertAll(FailureKind.ConnectionRefused, Targets.Of("unix:" + path));
    }

    [Fact]
    public void The_path_of_the_unix_socket_leads_through_a_file()
    {
        File.WriteAllText(_directory.File("file"), "");

        AssertAll(FailureKind.ConnectFailed, Targets.Of("unix:" + _directory.File("file/s")));
    }

    [Fact]
    public void A_listener_whose_queue_is_full_lets_nobody_in()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var endPoint = (IPEndPoint)listener.LocalEndPoint!;
        var waiting = new List<Socket>();
        try
        {
            // Whoever still gets in fills the queue; it is full when somebody does not.
            do
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                waiting.Add(socket);
                socket.Blocking = false;
                Assert.Throws<SocketException>(() => socket.Connect(endPoint));
                Assert.True(waiting.Count < 100, "the queue takes everybody");
            }
            while (waiting[^1].Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectWrite));

            var url = $"http://127.0.0.1:{endPoint.Port}";
            AssertAll(
                FailureKind.ConnectTimeout,
                Targets.Of(url),
                Impatient(2) with { ConnectTimeout = TimeSpan.FromMilliseconds(150) },
                count: 2);
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public void It_closes_instead_of_answering()
    {
        using var server = StubServer.Start(connection => connection.Read());

        AssertAll(FailureKind.ClosedBeforeAnswer, server.Target);
    }

    [Fact]
    public void It_resets_instead_of_answering()
    {
        using var server = StubServer.Start(connection =>
        {
            connection.Read();
            connection.Reset();
        });

        AssertAll(FailureKind.ClosedBeforeAnswer, server.Target);
    }

    [Theory]
    [InlineData("H")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n" + Body)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1e\r\n" + Body + "\r\n")]
    public void It_closes_in_the_middle_of_the_answer(string part)
    {
        using var server = Sending(part, close: true);

        AssertAll(FailureKind.ClosedMidAnswer, server.Target);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n" + Body)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n" + Body)]
    public void It_resets_in_the_middle_of_the_answer(string part)
    {
        using var server = StubServer.StartUnix(_directory.File("s"), connection =>
        {
            // Closing a unix socket with something unread resets it.
            SpinWait.SpinUntil(() => connection.Unread > 0, Wait.Timeout);
            connection.Send(part);
            connection.AwaitTaken();
        });

        AssertAll(FailureKind.ClosedMidAnswer, server.Target);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("HTTP/1.1 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 -20 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n")]
    public void It_does_not_speak_http(string text)
    {
        using var server = Sending(text, close: false);

        AssertAll(FailureKind.Garbage, server.Target);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n" + Body)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n" + Body + "HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n" + Body)]
    public void It_sends_more_than_it_said(string text)
    {
        using var server = Sending(text, close: false);

        AssertAll(FailureKind.WrongLength, server.Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 31\r\n\r\n" + Body)]
    public void It_never_comes_to_an_end(string part)
    {
        using var server = Sending(part, close: false);

        AssertAll(FailureKind.Timeout, server.Target, Impatient(3), count: 3);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(201)]
    [InlineData(999)]
    public void It_answers_with_a_status_that_no_bank_has(int status)
    {
        using var server = Sending($"HTTP/1.1 {status} X\r\nContent-Length: 30\r\n\r\n{Body}", close: false);

        var report = AssertAll(FailureKind.UnexpectedStatus, server.Target);

        Assert.Equal(Requests, report.Summary.Statuses[status]);
        Assert.Contains($"{status} {Body}", report.Failures[0].Example, StringComparison.Ordinal);
    }

    [Fact]
    public void It_refuses_a_credit()
    {
        using var server = Sending("HTTP/1.1 422 X\r\nContent-Length: 0\r\n\r\n", close: false);

        AssertAll(
            FailureKind.UnexpectedStatus, server.Target, Runs.Counted(Requests) with { Mix = new Mix(0, 1, 0) });
    }

    [Theory]
    [InlineData("""{"limite": 100, "saldo": -101}""")]
    [InlineData("""{"limite": 100000}""")]
    [InlineData("""{"limite": 100000, "saldo": "0"}""")]
    [InlineData("""{"limite": 100000, "saldo": 0.5}""")]
    [InlineData("OK")]
    [InlineData("")]
    public void It_answers_with_nonsense(string body)
    {
        using var server = Sending($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}", close: false);

        var report = AssertAll(FailureKind.WrongAnswer, server.Target);

        Assert.Equal(Requests, report.Summary.Statuses[200]);
        Assert.Contains(body, report.Failures[0].Example, StringComparison.Ordinal);
    }

    [Fact]
    public void What_never_left_is_unanswered()
    {
        using var server = Sending("", close: false);
        var options = Runs.Timed(0.5) with { Rate = 100, RequestTimeout = TimeSpan.FromMilliseconds(300) };

        var report = Runs.Load(server.Target, options);

        var failures = report.Failures.ToDictionary(failure => failure.Kind, failure => failure.Count);
        Assert.Equal([FailureKind.Timeout, FailureKind.Unanswered], failures.Keys.Order());
        Assert.InRange(failures[FailureKind.Timeout], 1, 2);
        Assert.Equal(50, failures.Values.Sum());
        Assert.Equal(50, report.Summary.Failed);
    }

    public void Dispose() => _directory.Dispose();

    private static LoadOptions Impatient(int count) => Runs.Counted(count) with
    {
        RequestTimeout = TimeSpan.FromMilliseconds(150),
        ConnectTimeout = Wait.Timeout,
    };

    private static StubServer Sending(string answer, bool close) => StubServer.Start(connection =>
    {
        while (connection.Read() is not null)
        {
            connection.Send(answer);
            if (close)
            {
                return;
            }
        }
    });

    private static RunReport AssertAll(
        FailureKind kind, Target target, LoadOptions? options = null, int count = Requests)
    {
        var transactions = new Mix(1, 0, 0);
        var report = Runs.Load(target, options ?? Runs.Counted(count) with { Mix = transactions });

        var failure = Assert.Single(report.Failures);
        Assert.Equal((kind, count), (failure.Kind, failure.Count));
        Assert.NotEmpty(failure.Example);
        Assert.Equal((count, 0, count), (report.Summary.Requests, report.Summary.Completed, report.Summary.Failed));
        Assert.Equal(count, report.Operations.Sum(operation => operation.Failed));
        Assert.Equal(0, report.Latency.Count);
        return report;
    }
}
