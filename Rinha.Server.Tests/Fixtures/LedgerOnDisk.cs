namespace Rinha.Server.Tests.Fixtures;

// A ledger in a real file. Each instance has its own writer and its own gate, so two of them compete as two processes.
public sealed class LedgerOnDisk : LedgerStorage
{
    private readonly TemporaryDirectory _directory = new();

    public string FilePath => _directory.File("rinha.db");

    public new SqliteLedger Ledger => (SqliteLedger)base.Ledger;

    public new SqliteLedger Open() => (SqliteLedger)base.Open();

    public override long Query(string sql) => LedgerRows.Query(FilePath, sql);

    public override void Execute(string sql) => LedgerRows.Execute(FilePath, sql);

    public override void AssertBalanced() => LedgerRows.AssertBalanced(FilePath);

    protected override ILedger OpenOne() => LedgerExtensions.OpenLedger(FilePath);

    protected override void Delete() => _directory.Dispose();
}
