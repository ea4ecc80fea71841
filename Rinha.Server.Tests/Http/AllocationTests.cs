using Rinha.Server.Http;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Http;

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
    public void Reading_a_body_allocates_nothing(string json, bool usable)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(json);

        Assert.Equal(0, AllocatedBytes(() =>
        {
            if (TransactionBody.Parse(utf8).Error == TransactionError.None != usable)
            {
                throw new InvalidOperationException(json);
            }
        }));
    }

    [Fact]
    public void Writing_a_transactions_answer_allocates_nothing()
    {
        var response = new TransactionResponse(100_000, -9098);

        Assert.Equal(0, AllocatedBytes(() =>
            AnswerBuffer.Current.Write(response, BankJsonContext.Default.TransactionResponse)));
    }

    [Fact]
    public void Writing_a_statement_allocates_nothing()
    {
        var statement = new Statement();
        statement.Begin(-9098, 100_000, Timestamp.Now);
        for (var index = 0; index < Statement.EntriesMax; index++)
        {
            statement.Add(new StatementEntry(
                1, TransactionKind.Debit, LedgerExtensions.Describe("💰💸💳🏦💱💲🪙💴💵💶"), Timestamp.Now));
        }

        Assert.Equal(0, AllocatedBytes(() =>
        {
            var buffer = AnswerBuffer.Current;
            buffer.Write(new StatementResponse(statement), BankJsonContext.Default.StatementResponse);
        }));
    }

    [Fact]
    public void Finding_the_route_allocates_nothing() =>
        Assert.Equal(0, AllocatedBytes(() => Router.Match("/clientes/1/transacoes", out _)));

    [Fact]
    public void Counting_and_timing_a_request_allocates_nothing()
    {
        var watch = new RequestWatch(
            slowRequestMs: 1000, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        Assert.Equal(0, AllocatedBytes(() => watch.End(Operation.Post, 200, Clock.NowNs)));
    }

    [Fact]
    public void Reading_a_statement_from_the_ledger_allocates_nothing()
    {
        using var disk = new LedgerOnDisk();
        var ledger = disk.Ledger;
        ledger.Credit(1, 1);
        var statement = new Statement();

        Assert.Equal(0, AllocatedBytes(() => ReadAtOnce(ledger.ReadStatementAsync(1, statement))));
    }

    private static void ReadAtOnce(ValueTask<LookupResult> read)
    {
        // Without the assertions of the tests, which allocate.
        if (!read.IsCompletedSuccessfully || read.Result != LookupResult.Found)
        {
            throw new InvalidOperationException("the statement was not read at once");
        }
    }

    // Per thread, so that tests running beside this one do not count.
    private static long AllocatedBytes(Action action)
    {
        for (var call = 0; call < WarmUp; call++)
        {
            action();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var call = 0; call < Calls; call++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
