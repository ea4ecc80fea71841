using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Net;

namespace Rinha.Server.Tests.Net;

// Pipelining clients do not starve others, and every request is handled on the event loop.
public sealed class FairnessTests
{
    private const string LoopThread = "event loop";

    [Fact]
    public void A_flood_of_requests_lets_another_client_go_first()
    {
        const int flood = 200;
        using var disk = new LedgerOnDisk();
        using var reached = new ManualResetEventSlim();
        using var released = new ManualResetEventSlim();
        var accounts = new List<long>();
        var ledger = new WatchedLedger(disk.Ledger)
        {
            BeforeRead = account =>
            {
                accounts.Add(account);
                reached.Set();
                Assert.True(released.Wait(Wait.Timeout, TestContext.Current.CancellationToken));
            },
        };
        using var bank = new InProcessBank(ledger);
        using var flooding = Connect(bank);
        using var other = Connect(bank);

        // The first request blocks the loop until the rest of the flood and the other client's request have arrived.
        flooding.Send(RawRequest.Get("/clientes/1/extrato"));
        Assert.True(reached.Wait(Wait.Timeout, TestContext.Current.CancellationToken));
        flooding.Send(Many(RawRequest.Get("/clientes/1/extrato"), flood));
        other.Send(RawRequest.Get("/clientes/2/extrato"));
        released.Set();

        other.Receive().AssertOk();
        for (var number = 0; number <= flood; number++)
        {
            flooding.Receive().AssertOk();
        }

        Assert.Equal(flood + 2, accounts.Count);
        Assert.InRange(accounts.IndexOf(2), 1, 2 * Limits.StepsPerSliceMax);
    }

    [Fact]
    public void A_flood_of_body_bytes_lets_another_client_go_first()
    {
        const int flood = 120_000;
        using var disk = new LedgerOnDisk();
        using var reached = new ManualResetEventSlim();
        using var released = new ManualResetEventSlim();
        var unread = -1;
        RawConnection? flooding = null;
        var ledger = new WatchedLedger(disk.Ledger)
        {
            BeforeRead = account =>
            {
                unread = account == 2 ? flooding!.Unread() : unread;
                reached.Set();
                Assert.True(released.Wait(Wait.Timeout, TestContext.Current.CancellationToken));
            },
        };
        using var bank = new InProcessBank(ledger);
        using var holding = Connect(bank);
        using var other = Connect(bank);
        flooding = Connect(bank);

        holding.Send(RawRequest.Get("/clientes/1/extrato"));
        Assert.True(reached.Wait(Wait.Timeout, TestContext.Current.CancellationToken));
        flooding.Send(RawRequest.Of("POST", "/nothing", headers: $"Content-Length: {flood}"));
        flooding.Send(new byte[flood]);
        other.Send(RawRequest.Get("/clientes/2/extrato"));
        released.Set();

        other.Receive().AssertOk();
        flooding.Receive().AssertProblem(404);
        flooding.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
        flooding.Dispose();

        Assert.NotEqual(0, unread);
    }

    [Fact]
    public void A_loop_that_hangs_has_no_pulse()
    {
        using var disk = new LedgerOnDisk();
        using var reached = new ManualResetEventSlim();
        using var released = new ManualResetEventSlim();
        using var bank = new InProcessBank(new WatchedLedger(disk.Ledger)
        {
            BeforeRead = _ =>
            {
                reached.Set();
                Assert.True(released.Wait(Wait.Timeout, TestContext.Current.CancellationToken));
            },
        });
        Wait.Until(bank.TakePulse, "the loop sleeps and has a pulse");
        using var connection = Connect(bank);
        connection.Send(RawRequest.Get("/clientes/1/extrato"));
        Assert.True(reached.Wait(Wait.Timeout, TestContext.Current.CancellationToken));
        _ = bank.TakePulse();

        Assert.False(bank.TakePulse());

        released.Set();
        connection.Receive().AssertOk();
        Wait.Until(bank.TakePulse, "the loop has a pulse again");
    }

    [Fact]
    public void The_writers_thread_of_SQLite_handles_no_requests()
    {
        using var disk = new LedgerOnDisk();
        AssertAllOnTheLoop(new WatchedLedger(disk.Ledger));
    }

    [Fact]
    public void The_writers_thread_of_PostgreSQL_handles_no_requests()
    {
        using var postgres = new LedgerOnPostgres();
        AssertAllOnTheLoop(new WatchedLedger(postgres.Ledger));
    }

    [Fact]
    public void A_commit_that_ends_its_round_handles_no_requests()
    {
        using var disk = new LedgerOnDisk();
        var ledger = new WatchedRoundLedger(disk.Ledger);
        AssertAllOnTheLoop(ledger);
        Assert.Equal(100, ledger.Joined);
    }

    [Fact]
    public void A_connection_runs_a_slice_only_on_the_loops_thread()
    {
        using var loop = new EventLoop(round: null, NullLogger.Instance);
        var input = new ConnectionInput(connection: null!, loop, new CurrentRound());

        Assert.Throws<InvalidOperationException>(() => { input.RunSlice(); });
    }

    [Fact]
    public void A_chunked_body_from_another_thread_joins_no_round()
    {
        using var disk = new LedgerOnDisk();
        var ledger = new WatchedRoundLedger(disk.Ledger);
        using var bank = new InProcessBank(ledger);
        using var connection = Connect(bank);

        for (var balance = 1; balance <= 20; balance++)
        {
            connection.Send(RawRequest.PostChunked("/clientes/1/transacoes", RawRequest.Body, chunkBytes: 20));
            Assert.Equal(balance, connection.Receive().AssertOk().Json.GetProperty("saldo").GetInt64());
        }

        Assert.Equal(0, ledger.Joined);
    }

    [Fact]
    public void A_body_in_two_parts_joins_a_round()
    {
        using var disk = new LedgerOnDisk();
        var ledger = new WatchedRoundLedger(disk.Ledger);
        using var bank = new InProcessBank(ledger);
        using var connection = Connect(bank);
        var request = RawRequest.Post("/clientes/1/transacoes", RawRequest.Body);

        connection.Send(request.AsSpan()[..^2]);
        connection.Send(request.AsSpan()[^2..]);
        connection.Receive().AssertOk();

        Assert.Equal(1, ledger.Joined);
    }

    private static void AssertAllOnTheLoop(WatchedLedger ledger)
    {
        const int rounds = 50;
        using var bank = new InProcessBank(ledger);
        using var connection = Connect(bank);
        for (var round = 1; round <= rounds; round++)
        {
            connection.Send(
            [
                .. RawRequest.Post("/clientes/1/transacoes", RawRequest.Body),
                .. RawRequest.Get("/clientes/1/extrato"),
                .. RawRequest.Post("/clientes/1/transacoes", RawRequest.Body),
                .. RawRequest.Get("/clientes/1/extrato"),
            ]);
            Assert.Equal((2 * round) - 1, connection.Receive().AssertOk().Json.GetProperty("saldo").GetInt64());
            Assert.Equal((2 * round) - 1, connection.Receive().AssertOk().Json.Balance());
            Assert.Equal(2 * round, connection.Receive().AssertOk().Json.GetProperty("saldo").GetInt64());
            Assert.Equal(2 * round, connection.Receive().AssertOk().Json.Balance());
        }

        Assert.Equal(Enumerable.Repeat(LoopThread, 4 * rounds), ledger.Threads);
    }

    // A connection that the loop has taken on and that waits for its next request.
    private static RawConnection Connect(InProcessBank bank)
    {
        var connection = bank.Connect();
        connection.Exchange(RawRequest.Get("/health/live")).AssertOk();
        return connection;
    }

    private static byte[] Many(byte[] request, int count) =>
        [.. Enumerable.Repeat(request, count).SelectMany(bytes => bytes)];

    // Records calls during the end of a round as if they came from another thread.
    private sealed class WatchedRoundLedger(SqliteLedger ledger) : WatchedLedger(ledger), IWriteRound
    {
        private readonly IWriteRound _round = ledger.Round;
        private bool _isCommitting;

        public int Joined { get; private set; }

        public override IWriteRound Round => this;

        public int Writes => _round.Writes;

        public ValueTask<WriteOutcome> JoinAsync(PendingWrite write)
        {
            Record();
            Joined++;
            return _round.JoinAsync(write);
        }

        public RoundEnd TryCommit()
        {
            _isCommitting = true;
            var end = _round.TryCommit();
            _isCommitting = false;
            return end;
        }

        public void HandOver() => _round.HandOver();

        protected override void Record() => Threads.Enqueue(_isCommitting ? "commit" : Thread.CurrentThread.Name);
    }
}

// Forwards every call to a ledger and records its thread. It has no rounds.
internal class WatchedLedger(ILedger ledger) : ILedger
{
    public ConcurrentQueue<string?> Threads { get; } = new();

    public Action<long> BeforeRead { get; set; } = _ => { };

    public WriterState Writer => ledger.Writer;

    public virtual IWriteRound? Round => null;

    public ValueTask<WriteOutcome> WriteAsync(PendingWrite write)
    {
        Record();
        return ledger.WriteAsync(write);
    }

    public virtual ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement)
    {
        Record();
        BeforeRead(accountId);
        return ledger.ReadStatementAsync(accountId, statement);
    }

    public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) =>
        ledger.ReadHistoryAsync(accountId, page);

    public ValueTask<LookupResult> FindAccountAsync(long accountId) => ledger.FindAccountAsync(accountId);

    protected virtual void Record() => Threads.Enqueue(Thread.CurrentThread.Name);
}
