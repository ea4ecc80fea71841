using System.Diagnostics.CodeAnalysis;

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

    [Fact]
    public void A_ledger_that_throws_is_500_and_the_server_goes_on()
    {
        using var bank = new InProcessBank(new FixedLedger(null, null));

        bank.Get("/clientes/1/extrato").AssertProblem(500);
        bank.Post(1, RawRequest.Body).AssertProblem(500);
        bank.Post(1, "{").AssertProblem(500);
        bank.Get("/nothing").AssertProblem(404);
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

    private sealed class FixedLedger(PostResult? write, LookupResult? read) : ILedger
    {
        public WriterState Writer { get; init; }

        public ValueTask<PostResult> WriteAsync(PendingWrite write1) =>
            write is { } result ? new(result) : throw Broken();

        public ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement) => Read();

        public ValueTask<LookupResult> ReadHistoryAsync(long accountId, HistoryPage page) => Read();

        public ValueTask<LookupResult> FindAccountAsync(long accountId) => Read();

        private ValueTask<LookupResult> Read() => read is { } result ? new(result) : throw Broken();

        [SuppressMessage("Usage", "CA2201", Justification = "Any exception will do.")]
        private static Exception Broken() => new("broken");
    }
}
