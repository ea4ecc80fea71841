using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Postgres;

public sealed class PostgresAuditTests : LedgerContract<LedgerOnPostgres>
{
    public PostgresAuditTests() => SampleLedger.Fill(Ledger);

    [Fact]
    public void A_sound_ledger_has_counts_and_no_findings()
    {
        var report = Audit();

        Assert.Empty(report.Findings);
        SampleLedger.AssertCounted(report);
    }

    [Theory]
    [InlineData("ALTER TABLE transacoes DROP CONSTRAINT transacoes_valor_check; "
        + "UPDATE transacoes SET valor = 0 WHERE cliente_id = 1 AND seq = 1", "values balance")]
    [InlineData("INSERT INTO transacoes VALUES (99, 1, 1, 'c', 'x', 1)", "foreign-keys")]
    [InlineData("UPDATE chaves SET cliente_id = 99 WHERE chave = 'key-21'", "foreign-keys")]
    [InlineData("UPDATE clientes SET saldo = saldo + 1 WHERE id = 1", "balance")]
    [InlineData("UPDATE clientes SET saldo = 1 WHERE id = 5", "balance")]
    [InlineData("UPDATE transacoes SET tipo = 'd' WHERE cliente_id = 1 AND seq = 1", "balance")]
    [InlineData("ALTER TABLE clientes DROP CONSTRAINT clientes_check; "
        + "UPDATE clientes SET limite = 16 WHERE id = 2", "limit")]
    [InlineData("UPDATE transacoes SET seq = 99 WHERE cliente_id = 1 AND seq = 6", "sequence")]
    [InlineData("DELETE FROM transacoes WHERE cliente_id = 1 AND seq = 5", "balance sequence count")]
    [InlineData("UPDATE clientes SET ultima_seq = 1 WHERE id = 5", "count")]
    [InlineData("UPDATE chaves SET valor = valor + 1 WHERE chave = 'key-18'", "keys")]
    [InlineData("UPDATE chaves SET saldo = 5 WHERE chave = 'key-21'", "keys")]
    [InlineData("UPDATE chaves SET seq = seq + 1 WHERE chave = 'key-18'", "keys")]
    public void Each_kind_of_damage_is_found_by_its_check(string damage, string checks)
    {
        Storage.Execute(damage);

        Assert.Equal(checks.Split(' '), Audit().Findings.Select(finding => finding.Check).Distinct());
    }

    [Fact]
    public void An_export_and_an_audit_see_one_state_while_an_instance_posts()
    {
        using var snapshot = new PostgresSnapshot(Storage.Address);
        var totals = new LedgerTotals();
        foreach (var row in snapshot.ReadLedger())
        {
            totals.Add(row);
            if (totals.Accounts == 1 && totals.Transactions == 0)
            {
                Assert.Equal(PostResult.Accepted, Ledger.Credit(5, 1).Result);
            }
        }

        Assert.Equal(SampleLedger.Transactions, totals.Transactions);
        SampleLedger.AssertCounted(snapshot.Audit());
    }

    [Fact]
    public void The_command_prints_the_findings_and_exits_with_1_and_a_database_without_a_ledger_is_refused()
    {
        Storage.Execute("UPDATE clientes SET saldo = saldo + 1 WHERE id < 3");

        var exit = ServerProcess.Run(["verify"], ("DATABASE_URL", Storage.Url));

        Assert.Equal(1, exit.Code);
        Assert.Contains(
            "balance: client 1: the balance is 211, the history adds up to 210", exit.Output, StringComparison.Ordinal);
        var json = ServerProcess.Run(["verify", "--json"], ("DATABASE_URL", Storage.Url)).Output;
        Assert.Equal(2, JsonDocument.Parse(json).RootElement.GetProperty("findingCount").GetInt64());

        using var empty = new LedgerOnPostgres();
        ServerProcess.Run(["verify"], ("DATABASE_URL", empty.Url)).AssertRefused("there is no ledger");
        Assert.Equal(0, empty.Query(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()"));
    }

    private AuditReport Audit()
    {
        using var snapshot = new PostgresSnapshot(Storage.Address);
        return snapshot.Audit();
    }
}
