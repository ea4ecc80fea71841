namespace Rinha.Server.Tests.Net;

// A client that closes between two requests leaves Kestrel's connection to the next one; any other client does not.
public sealed class NextClientTests
{
    private const string Head = "POST /clientes/1/transacoes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";

    [Theory]
    [InlineData("", true)]
    [InlineData("G", false)]
    [InlineData("GET /clientes/1/extrato HTTP/1.1\r\n", false)]
    [InlineData("GET /clientes/1/extrato HTTP/1.1\r\nHost: x\r\n", false)]
    [InlineData("GET /clientes/1/extrato HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false)]
    [InlineData("GET /clientes/1/extrato HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n", false)]
    [InlineData("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n", false)]
    [InlineData($"{Head}Content-Length: 200\r\n\r\n", false)]
    [InlineData($$"""{{Head}}Content-Length: 200{{"\r\n\r\n"}}{"valor": 1""", false)]
    [InlineData($"{Head}Transfer-Encoding: chunked\r\n\r\n", false)]
    [InlineData($$"""{{Head}}Transfer-Encoding: chunked{{"\r\n\r\n5\r\n"}}{"val""", false)]
    public void Only_what_is_between_two_requests_is_left_to_the_next_client(string rest, bool isKept)
    {
        using var disk = new LedgerOnDisk();
        var ledger = new SeenConnections(disk.Ledger);
        using var bank = new InProcessBank(ledger);
        using (var first = bank.Connect())
        {
            first.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
            first.Send(Encoding.ASCII.GetBytes(rest));
        }

        Wait.Until(() => bank.OpenConnections == 0, "the first client has left");
        using var second = bank.Connect();
        var limitCents = second.Exchange(RawRequest.Get("/clientes/2/extrato"))
            .AssertOk().Json.GetProperty("saldo").GetProperty("limite").GetInt64();

        Assert.Equal(80_000, limitCents);
        Assert.Equal(isKept, ReferenceEquals(ledger.Seen[0], ledger.Seen[^1]));
    }

    [Fact]
    public void The_next_clients_request_is_not_the_body_of_one_that_was_answered_without_it()
    {
        using var disk = new LedgerOnDisk();
        using var bank = new InProcessBank(disk.Ledger);
        using (var first = bank.Connect())
        {
            first.Exchange("POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n"u8.ToArray())
                .AssertProblem(404);
        }

        Wait.Until(() => bank.OpenConnections == 0, "the first client has left");
        using var second = bank.Connect();
        second.Exchange(RawRequest.Get("/clientes/2/extrato")).AssertOk();
    }

    [Fact]
    public void A_post_leaves_its_connection_too()
    {
        using var disk = new LedgerOnDisk();
        var ledger = new SeenConnections(disk.Ledger);
        using var bank = new InProcessBank(ledger);
        for (var client = 1; client <= 3; client++)
        {
            using (var connection = bank.Connect())
            {
                connection.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
                connection.Exchange(RawRequest.Credit).AssertOk();
            }

            Wait.Until(() => bank.OpenConnections == 0, "the client has left");
        }

        Assert.Single(ledger.Seen.Distinct());
    }

    // A connection of Kestrel's keeps its statement.
    private sealed class SeenConnections(ILedger ledger) : WatchedLedger(ledger)
    {
        public List<Statement> Seen { get; } = [];

        public override ValueTask<LookupResult> ReadStatementAsync(long accountId, Statement statement)
        {
            Seen.Add(statement);
            return base.ReadStatementAsync(accountId, statement);
        }
    }
}
