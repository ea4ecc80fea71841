namespace Rinha.LoadTest.Tests.Http;

// Every kind of failure, each provoked by a misbehaving server.
public sealed class FailureTests : IDisposable
{
    private const int Requests = 5;
    private const string Ok = "HTTP/1.1 200 OK\r\n";
    private const string Body = """{"limite": 100000, "saldo": 0}"""; // 30 bytes
    private const string Torn = Ok + "Content-Length: 31\r\n\r\n" + Body;

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void There_is_no_listener()
    {
        var path = _directory.File("bound");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        string[] urls = [Targets.UnusedUrl(), "unix:" + _directory.File("missing"), "unix:" + path];

        Assert.All(urls, url => AssertAll(FailureKind.ConnectionRefused, Targets.Of(url)));
    }

    [Fact]
    public void The_sockets_path_leads_through_a_file()
    {
        File.WriteAllText(_directory.File("file"), "");

        AssertAll(FailureKind.ConnectFailed, Targets.Of("unix:" + _directory.File("file/s")));
    }

    [Fact]
    public void The_listeners_accept_queue_is_full()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var endPoint = (IPEndPoint)listener.LocalEndPoint!;
        var waiting = new List<Socket>();
        try
        {
            // Fills the accept queue until a connection does not get in.
            do
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                waiting.Add(socket);
                socket.Blocking = false;
                Assert.Throws<SocketException>(() => socket.Connect(endPoint));
                Assert.True(waiting.Count < 100, "the accept queue never fills");
            }
            while (waiting[^1].Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectWrite));

            AssertAll(
                FailureKind.ConnectTimeout,
                Targets.Of($"http://127.0.0.1:{endPoint.Port}"),
                Runs.Counted(2) with { ConnectTimeout = TimeSpan.FromMilliseconds(150) });
        }
        finally
        {
            waiting.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData(FailureKind.ClosedBeforeAnswer, "")]
    [InlineData(FailureKind.ClosedMidAnswer, "H")]
    [InlineData(FailureKind.ClosedMidAnswer, Torn)]
    [InlineData(FailureKind.ClosedMidAnswer, Ok + "Transfer-Encoding: chunked\r\n\r\n1e\r\n" + Body + "\r\n")]
    [InlineData(FailureKind.Garbage, "SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData(FailureKind.Garbage, Ok + "Transfer-Encoding: chunked\r\n\r\nmany\r\n")]
    [InlineData(FailureKind.WrongLength, Ok + "Content-Length: 29\r\n\r\n" + Body)]
    [InlineData(FailureKind.WrongLength, Ok + "Content-Length: 30\r\n\r\n" + Body + Ok + "\r\n")]
    [InlineData(FailureKind.WrongLength, "HTTP/1.1 204 No Content\r\n\r\n" + Body)]
    public void It_sends_an_invalid_answer_and_closes(FailureKind kind, string bytes)
    {
        using var server = StubServer.StartSending(bytes, closes: true);

        AssertAll(kind, server.Target);
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

    [Fact]
    public void It_closes_a_connection_just_before_the_next_request()
    {
        using var server = StubServer.StartSending(
            $"{Ok}Content-Length: 30\r\n\r\n{Body}", closes: true, _directory.File("s"));

        // The event loop sends the next request right after the observer, before it sees the close.
        var report = Runs.Load(
            server.Target,
            Runs.Counted(2) with { Mix = new Mix(1, 0, 0) },
            observer: new AnswerObserver(() => Wait.Until(() => server.Open == 0, "the server closes")));

        Assert.Equal(1, report.Summary.Completed);
        Assert.Equal(FailureKind.ClosedBeforeAnswer, Assert.Single(report.Failures).Kind);
    }

    [Theory]
    [InlineData(Torn)]
    [InlineData(Ok + "\r\n" + Body)]
    public void It_resets_in_the_middle_of_the_answer(string part)
    {
        using var server = StubServer.StartUnix(_directory.File("s"), connection =>
        {
            // Closing a unix socket with unread data resets it.
            SpinWait.SpinUntil(() => connection.Socket.Available > 0, Wait.Timeout);
            connection.Send(part);
            connection.AwaitRead();
        });

        AssertAll(FailureKind.ClosedMidAnswer, server.Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Torn)]
    public void It_never_completes_the_answer(string part)
    {
        using var server = StubServer.StartSending(part);

        AssertAll(
            FailureKind.Timeout,
            server.Target,
            Runs.Counted(3) with { RequestTimeout = TimeSpan.FromMilliseconds(150), ConnectTimeout = Wait.Timeout });
    }

    [Theory]
    [InlineData(503, 1, FailureKind.UnexpectedStatus, Body)]
    [InlineData(422, 0, FailureKind.UnexpectedStatus, "")]
    [InlineData(200, 1, FailureKind.WrongAnswer, """{"limite": 100, "saldo": -101}""")]
    public void It_sends_an_answer_that_breaks_the_rules(int status, int debits, FailureKind kind, string body)
    {
        using var server = StubServer.StartSending(
            $"HTTP/1.1 {status} X\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        var report = AssertAll(
            kind, server.Target, Runs.Counted(Requests) with { Mix = new Mix(debits, 1 - debits, 0) });

        Assert.Equal(Requests, report.Summary.Statuses[status]);
        Assert.Contains($"{status} {body}", report.Failures[0].Example, StringComparison.Ordinal);
    }

    [Fact]
    public void Unsent_requests_are_unanswered()
    {
        using var server = StubServer.StartSending("");
        var options = Runs.Timed(0.5) with { Rate = 100, RequestTimeout = TimeSpan.FromMilliseconds(300) };

        var report = Runs.Load(server.Target, options);

        var failures = report.Failures.ToDictionary(failure => failure.Kind, failure => failure.Count);
        Assert.Equal([FailureKind.Timeout, FailureKind.Unanswered], failures.Keys.Order());
        Assert.InRange(failures[FailureKind.Timeout], 1, 2);
        Assert.Equal(50, failures.Values.Sum());
        Assert.Equal(50, report.Summary.Failed);
    }

    public void Dispose() => _directory.Dispose();

    private static RunReport AssertAll(FailureKind kind, Target target, LoadOptions? options = null)
    {
        options ??= Runs.Counted(Requests) with { Mix = new Mix(1, 0, 0) };
        var count = options.Iterations!.Value;
        var report = Runs.Load(target, options);

        var failure = Assert.Single(report.Failures);
        Assert.Equal((kind, count), (failure.Kind, failure.Count));
        Assert.NotEmpty(failure.Example);
        Assert.Equal((count, 0, count), (report.Summary.Requests, report.Summary.Completed, report.Summary.Failed));
        Assert.Equal(count, report.Operations.Sum(operation => operation.Failed));
        Assert.Equal(0, report.Latency.Count);
        return report;
    }
}
