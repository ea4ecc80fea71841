namespace Rinha.LoadTest.Tests.Http;

public sealed class RetryQueueTests : IDisposable
{
    private const long Millisecond = 1_000_000;

    private readonly TemporaryDirectory _directory = new();
    private readonly EventLoop _loop;
    private readonly Connection _connection;

    public RetryQueueTests()
    {
        // The socket does not exist, so a request has failed when Send returns; the test controls the time.
        _loop = new EventLoop(Targets.Of("unix:" + _directory.File("s")), Wait.Timeout, Wait.Timeout);
        _connection = _loop.Rent(new IgnoringOwner());
        _connection.Send(1, nowNs: 0);
    }

    [Fact]
    public void Backoff_doubles_up_to_a_second_and_ends_at_the_deadline()
    {
        var queue = new RetryQueue(TimeSpan.FromSeconds(5));
        var sentAt = new List<long>();
        var nowNs = 0L;
        while (queue.TryAdd(_connection, FailureKind.ConnectionRefused, status: 0, nowNs))
        {
            nowNs = queue.NextDueNs;
            queue.SendDue(nowNs - 1);
            Assert.Equal(sentAt.Count, _connection.Retries);
            queue.SendDue(nowNs);
            sentAt.Add(nowNs / Millisecond);
            Assert.Equal((sentAt.Count, nowNs), (_connection.Retries, _connection.StartedAtNs));
        }

        Assert.Equal([10, 30, 70, 150, 310, 630, 1_270, 2_270, 3_270, 4_270], sentAt);
        Assert.Equal(0, _connection.FirstStartedAtNs);
        Assert.Equal(long.MaxValue, queue.NextDueNs);
        Assert.Equal(1_000 * Millisecond, RetryQueue.BackoffNs(int.MaxValue));

        // The next request starts with the first backoff.
        _connection.Send(1, nowNs: 9_000 * Millisecond);
        Assert.Equal(0, _connection.Retries);
        Assert.True(queue.TryAdd(_connection, FailureKind.Timeout, status: 0, nowNs: 9_001 * Millisecond));
        Assert.Equal(9_011 * Millisecond, queue.NextDueNs);
    }

    [Fact]
    public void Only_transient_failures_are_retried()
    {
        (FailureKind, int)[] permanent =
        [
            (FailureKind.UnexpectedStatus, 499), (FailureKind.WrongAnswer, 0), (FailureKind.Unanswered, 0),
        ];
        (FailureKind, int)[] all =
        [
            (FailureKind.UnexpectedStatus, 500), (FailureKind.UnexpectedStatus, 504), .. permanent,
            .. Enum.GetValues<FailureKind>().Except([FailureKind.UnexpectedStatus]).Select(kind => (kind, 0)),
        ];
        Assert.All(all, one =>
        {
            var (kind, status) = one;
            var queue = new RetryQueue(Wait.Timeout);
            Assert.Equal(!permanent.Contains(one), queue.TryAdd(_connection, kind, status, nowNs: 0));
            Assert.Equal(!permanent.Contains(one), queue.TryRemove(out _));
            Assert.False(queue.TryRemove(out _));
            Assert.False(new RetryQueue(retryFor: null).TryAdd(_connection, kind, status, nowNs: 0));
        });
    }

    public void Dispose()
    {
        _loop.Dispose();
        _directory.Dispose();
    }

    private sealed class IgnoringOwner : IConnectionOwner
    {
        public void OnAnswer(Connection connection, in Answer answer)
        {
        }

        public void OnFailure(Connection connection, FailureKind kind)
        {
        }
    }
}
