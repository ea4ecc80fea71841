using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Postgres;

// The conversion of older tables on startup, with the last two steps and a made-up one before them.
public sealed class PostgresUpgradeTests : LedgerContract<LedgerOnPostgres>
{
    private static readonly long s_current = PostgresSchema.Versions.Current;
    private static readonly long s_oldest = s_current - 3;

    private static readonly SchemaVersions s_versions = new(
        s_oldest,
        [
            "ALTER TABLE transacoes RENAME COLUMN texto TO descricao",
            .. PostgresSchema.Versions.StepsFrom(s_current - 2).Select(step => step.Sql),
        ]);

    public PostgresUpgradeTests()
    {
        Assert.Equal(1, Ledger.Post(1, TransactionKind.Credit, 8, "credit", "key").Sequence);
        Assert.Equal(s_current, Storage.Query("SELECT versao FROM esquema"));
        Storage.Execute($"""
            ALTER TABLE transacoes RENAME COLUMN descricao TO texto;
            ALTER TABLE transacoes ADD FOREIGN KEY (cliente_id) REFERENCES clientes (id);
            ALTER TABLE chaves DROP CONSTRAINT chaves_pkey, ADD PRIMARY KEY (chave);
            DROP FUNCTION lancar;
            UPDATE esquema SET versao = {s_oldest};
            """);
    }

    [Fact]
    public void Exactly_one_of_several_starting_instances_converts()
    {
        var conversions = 0;

        ParallelThreads.Run(4, _ => Interlocked.Add(
            ref conversions, PostgresSchema.Ensure(Storage.TestSource, converts: true, s_versions) is null ? 0 : 1));

        Assert.Equal(1, conversions);
        Assert.Equal(s_current, Storage.Query("SELECT versao FROM esquema"));
        Storage.AssertBalanced();
        Assert.Equal(["credit"], Ledger.Statement(1).Texts());
        Assert.True(Ledger.Post(1, TransactionKind.Credit, 8, "credit", "key").IsReplay);
        Assert.Equal(1, Ledger.Post(2, TransactionKind.Credit, 1, "text", "key").Sequence);
        Assert.Equal(0, Storage.Query("SELECT count(*) FROM pg_constraint WHERE contype = 'f'"
            + " AND conrelid = 'transacoes'::regclass"));
    }

    [Fact]
    public void A_step_that_fails_changes_nothing()
    {
        var versions = new SchemaVersions(
            s_oldest, "SELECT 1", "UPDATE clientes SET limite = 7", "INSERT INTO clientes (id, limite) VALUES (1, 1)");

        var refusal = Assert.Throws<RefusalException>(
            () => PostgresSchema.Ensure(Storage.TestSource, converts: true, versions));

        Assert.Matches($@": convert schema version {s_oldest + 2} to {s_current}: dup.* \(23505\)$", refusal.Message);
        Assert.Equal(s_oldest, Storage.Query("SELECT versao FROM esquema"));
        Assert.Equal(0, Storage.Query("SELECT count(*) FROM clientes WHERE limite = 7"));
    }

    [Fact]
    public void A_command_on_an_older_ledger_says_to_start_the_server()
    {
        var refusal = Assert.Throws<RefusalException>(
            () => PostgresSchema.Ensure(Storage.TestSource, converts: false, s_versions));

        Assert.Contains(
            $"has schema version {s_oldest}: start the server once to convert the ledger to version {s_current}",
            refusal.Message,
            StringComparison.Ordinal);
    }
}
