using System.Diagnostics.CodeAnalysis;
using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

// The answers to requests that the ledger fails.
public sealed class LedgerAnswerTests
{
    // No Retry-After if a retry might post twice.
    [Theory]
    [InlineData(PostResult.Busy, "ledger-locked", "1")]
    [InlineData(PostResult.Overloaded, "overloaded", "1")]
    [InlineData(PostResult.TooManyKeys, "too-many-keys", "1")]
    [InlineData(PostResult.StorageFailed, "storage-failed", "1")]
    [InlineData(PostResult.Stopping, "stopping", "1")]
    [InlineData(PostResult.OutcomeUnknown, "outcome-unknown", null)]
    public void A_write_that_fails_for_now_is_503_and_says_whether_to_retry(
        PostResult result, string type, string? retryAfter)
    {
        using var bank = new InProcessBank(new FixedLedger(result, LookupResult.Found));

        Assert.Equal(retryAfter, bank.Post(1, RawRequest.Body).AssertProblem(503, type).Header("Retry-After"));
        bank.Send(RawRequest.Post("/reset", "")).AssertProblem(503, type);
    }

    [Theory]
    [InlineData(LookupResult.StorageFailed, "storage-failed", "storage-failed")]
    [InlineData(LookupResult.Busy, "ledger-locked", "reads-timing-out")]
    public void A_ledger_that_cannot_be_read_is_503_everywhere(LookupResult read, string type, string code)
    {
        using var bank = new InProcessBank(new FixedLedger(PostResult.StorageFailed, read));

        Assert.Equal("1", bank.Get("/clientes/1/extrato").AssertProblem(503, type).Header("Retry-After"));
        bank.Post(1, "{").AssertProblem(503);
        bank.Post(1, RawRequest.Body).AssertProblem(503);
        var health = bank.Get("/health");
        Assert.Equal(503, health.Status);
        Assert.Equal("unhealthy", health.Json.GetProperty("status").GetString());
        Assert.Equal(code, health.Json.GetProperty("code").GetString());
        Assert.Equal("alive", bank.Get("/health/live").AssertOk().Json.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData(WriterState.Locked, "writes-timing-out")]
    [InlineData(WriterState.Failing, "writes-failing")]
    [InlineData(WriterState.Ended, "writer-ended")]
    public void A_stuck_writer_is_503_on_health_with_its_code(WriterState writer, string code)
    {
        using var bank = new InProcessBank(new FixedLedger(PostResult.Busy, LookupResult.Found) { Writer = writer });

        var health = bank.Get("/health");
        Assert.Equal(503, health.Status);
        Assert.Equal(code, health.Json.GetProperty("code").GetString());
        bank.Get("/health/live").AssertOk();
        bank.Get("/clientes/1/extrato").AssertOk();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_ledger_that_throws_is_500_and_the_server_goes_on(bool later)
    {
        using var bank = new InProcessBank(new FixedLedger(null, null) { ThrowsLater = later });

        bank.Get("/clientes/1/extrato").AssertProblem(500);
        bank.Get("/clientes/1/transacoes").AssertProblem(500);
        bank.Get("/clientes/1/transacoes?limite=0").AssertProblem(500);
        bank.Get("/health").AssertProblem(500);
        bank.Post(1, RawRequest.Body).AssertProblem(500);
        bank.Post(1, "{").AssertProblem(500);
        bank.Send(RawRequest.PostChunked("/clientes/1/transacoes", RawRequest.Body, 3)).AssertProblem(500);
        bank.Send(RawRequest.Post("/reset", "")).AssertProblem(500);
        bank.Get("/nothing").AssertProblem(404);
    }

    [Theory]
    [InlineData("X-Request-Id: a-1", "a-1")]
    [InlineData("X-Request-Id: ", null)]
    [InlineData("X-Request-Id: two words", null)]
    [InlineData("X-Request-Id: é", null)]
    [InlineData("X-Request-Id: a\r\nX-Request-Id: b", null)]
    [InlineData("X: y", null)]
    public void Only_a_server_error_has_a_request_id_the_clients_or_a_new_one(string header, string? id)
    {
        using var bank = new InProcessBank(new FixedLedger(PostResult.StorageFailed, LookupResult.UnknownAccount));
        using var connection = bank.Connect();
        for (var round = 0; round < 2; round++)
        {
            var failed = connection.Exchange(RawRequest.Post(
                "/clientes/1/transacoes", RawRequest.Body, RawRequest.Json, header)).AssertProblem(503);
            Assert.Equal(id ?? Guid.Parse(failed.Header("X-Request-Id")!).ToString(), failed.Header("X-Request-Id"));
            var unknown = connection.Exchange(RawRequest.Get("/clientes/1/extrato", header)).AssertProblem(404);
            Assert.Null(unknown.Header("X-Request-Id"));
        }
    }

    [Fact]
    public void Answers_that_several_threads_write_do_not_mix() => ParallelThreads.Run(4, thread =>
    {
        for (var balance = 0; balance < 20_000; balance++)
        {
            var answer = AnswerBuffer.Current.Write(
                new TransactionResponse(thread, balance), BankJsonContext.Default.TransactionResponse);
            Assert.Equal($$"""{"limite":{{thread}},"saldo":{{balance}}}""", Encoding.UTF8.GetString(answer.Span));
        }
    });

    [Fact]
    public void Every_outcome_that_is_not_a_success_has_a_problem()
    {
        Assert.All(Enum.GetValues<PostResult>()[1..], result => Assert.True(Problem.Of(result).Status >= 400));
        Assert.All(Enum.GetValues<LookupResult>()[1..], result => Assert.True(Problem.Of(result).Status >= 400));
        Assert.All(Enum.GetValues<TransactionError>()[1..], error => Assert.Equal(422, Problem.Of(error).Status));
        Assert.Throws<UnreachableException>(() => Problem.Of(PostResult.Accepted));
        Assert.Throws<UnreachableException>(() => Problem.Of(LookupResult.Found));
    }

    [Fact]
    public void Reset_is_404_unless_it_is_enabled()
    {
        using var disk = new LedgerOnDisk();
        using var bank = new InProcessBank(disk.Ledger, resetEnabled: false);
        bank.Post(1, RawRequest.Body).AssertOk();

        bank.Send(RawRequest.Post("/reset", "")).AssertProblem(404);
        bank.Get("/reset").AssertProblem(404);

        Assert.Equal(1, bank.Statement(1).Balance());
    }

    private sealed class FixedLedger(PostResult? writeResult, LookupResult? readResult) : ILedger
    {
        public WriterState Writer { get; init; }

        public IWriteRound? Round => null;

        public bool ThrowsLater { get; init; }

        public ValueTask<WriteOutcome> WriteAsync(PendingWrite write) => Answer<WriteOutcome>(writeResult);

        public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement) => Answer(readResult);

        public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) => Answer(readResult);

        public ValueTask<LookupResult> FindAccountAsync(long accountId) => Answer(readResult);

        private ValueTask<T> Answer<T>(T? outcome)
            where T : struct => outcome is { } known ? new(known) : ThrowsLater ? ThrowLater<T>() : throw Broken();

        private static async ValueTask<T> ThrowLater<T>()
        {
            await Task.Yield();
            throw Broken();
        }

        [SuppressMessage("Usage", "CA2201", Justification = "Any exception will do.")]
        private static Exception Broken() => new("broken");
    }
}
