namespace Rinha.LoadTest.Tests.Stats;

// A load generator that collects garbage measures its own pauses, so a request must allocate nothing.
[Collection(RunsAlone.Name)]
public sealed class AllocationTests
{
    private const int WarmUp = 5_000;
    private const int Measured = 20_000;
    private const int SnapshotBytesMax = 4096;

    [Theory]
    [InlineData(null, false)]
    [InlineData(20_000.0, false)]
    [InlineData(null, true)]
    public void A_successful_request_allocates_nothing(double? rate, bool retries)
    {
        var answer = new StubAnswer(200, """{"limite": 100000, "saldo": 0}""").ToBytes();
        using var server = StubServer.Start(connection =>
        {
            while (connection.Read() is not null)
            {
                connection.Send(answer);
            }
        });
        var observer = new AllocationObserver();

        var report = Runs.Load(
            server.Target,
            Runs.Counted(WarmUp + Measured, connections: 4) with
            {
                Rate = rate,
                Mix = new Mix(1, 1, 0),
                RetryFor = retries ? Wait.Timeout : null,
            },
            observer: observer);

        Assert.Equal(WarmUp + Measured, report.Summary.Completed);
        var perRequest = (double)observer.Bytes / Measured;
        Assert.True(perRequest < 1, $"{perRequest:F1} bytes for each request");
    }

    [Fact]
    public void A_watched_request_allocates_nothing()
    {
        using var bank = new StubBank();
        var observer = new AllocationObserver();
        var target = bank.Target;

        var report = new LoadSession(target, Runs.Environment, new(), snapshotsPerSecond: 10)
            .Run(Runs.Counted(WarmUp + Measured, connections: 4), observer);

        // Each snapshot, ten a second, copies the series and nothing else.
        var snapshots = 1 + (10 * report.Duration);
        Assert.True(observer.Bytes < Measured + (snapshots * SnapshotBytesMax), $"{observer.Bytes} bytes");
    }

    // Called on the event loop's thread.
    private sealed class AllocationObserver : IRequestObserver
    {
        private int _answers;
        private long _startBytes;

        public long Bytes { get; private set; }

        public void OnAnswer(in RequestPlan plan, in Answer answer)
        {
            _answers++;
            if (_answers == WarmUp)
            {
                _startBytes = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (_answers == WarmUp + Measured)
            {
                Bytes = GC.GetAllocatedBytesForCurrentThread() - _startBytes;
            }
        }

        public void OnFailure(in RequestPlan plan, FailureKind kind, in Answer answer) =>
            throw new InvalidOperationException($"{plan}: {kind}");
    }
}
