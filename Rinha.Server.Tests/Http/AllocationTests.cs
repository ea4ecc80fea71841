using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Http;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Http;

// The hot path allocates nothing.
public sealed class AllocationTests
{
    private const int WarmUp = 500;
    private const int Calls = 1000;

    [Theory]
    [InlineData("""{"valor": 1000, "tipo": "d", "descricao": "descricao"}""", true)]
    [InlineData("""{"valor": 1, "tipo": "c", "descricao": "\u00e7\ud83d\ude00"}""", true)]
    [InlineData("""{"valor": 1.2, "tipo": "d", "descricao": "devolve"}""", false)]
    [InlineData("""{"valor": 1, "tipo": "x", "descricao": "devolve"}""", false)]
    [InlineData("""{"valor": 1, "tipo": "c", "descricao": "123456789 e mais um pouco"}""", false)]
    [InlineData("""{"valor": 1, "tipo": "c", "descricao": null}""", false)]
    public void Reading_a_body(string json, bool usable)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);

        AssertAllocatesNothing(() => TransactionBody.Parse(utf8).Error == TransactionError.None == usable);
    }

    [Fact]
    public void Writing_an_answer()
    {
        var statement = new Statement();
        statement.Begin(-9098, 100_000, Timestamp.Now);
        for (var index = 0; index < Statement.EntriesMax; index++)
        {
            statement.Add(new StatementEntry(
                1, TransactionKind.Debit, LedgerExtensions.Describe("💰💸💳🏦💱💲🪙💴💵💶"), Timestamp.Now));
        }

        AssertAllocatesNothing(() => 0 < AnswerBuffer.Current.Write(
            new StatementResponse(statement), BankJsonContext.Default.StatementResponse).Length);
        AssertAllocatesNothing(() => 0 < AnswerBuffer.Current.Write(
            new TransactionResponse(100_000, -9098), BankJsonContext.Default.TransactionResponse).Length);
    }

    [Fact]
    public void Finding_the_route_counting_and_timing()
    {
        var requests = new RequestLog(slowRequestMs: 1000, NullLogger.Instance);

        AssertAllocatesNothing(() =>
        {
            requests.End(RequestKind.Post, 200, Clock.NowNs);
            return Router.Match("/clientes/1/transacoes", out _, out _) == Route.Transactions;
        });
    }

    [Fact]
    public void Reading_a_statement_from_the_ledger()
    {
        using var disk = new LedgerOnDisk();
        var ledger = disk.Ledger;
        ledger.Credit(1, 1);
        var statement = new Statement();

        AssertAllocatesNothing(() =>
        {
            var read = ledger.ReadStatementAsync(1, statement);
            return read.IsCompletedSuccessfully && read.Result == LookupResult.Found;
        });
    }

    // Counts per thread, so parallel tests do not disturb it. No assertion among the calls: it would allocate.
    private static void AssertAllocatesNothing(Func<bool> succeeds)
    {
        var succeeded = 0;
        var before = 0L;
        for (var call = 0; call < WarmUp + Calls; call++)
        {
            before = call == WarmUp ? GC.GetAllocatedBytesForCurrentThread() : before;
            succeeded += succeeds() ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(WarmUp + Calls, succeeded);
    }
}
