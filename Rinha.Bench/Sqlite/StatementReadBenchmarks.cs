using Rinha.Server.Ledger;
using Rinha.Server.Sqlite;

namespace Rinha.Bench.Sqlite;

/// <summary>Reads a statement of ten transactions from an account with a thousand.</summary>
public class StatementReadBenchmarks : IDisposable
{
    private const int PostsPerAccount = 1000;

    private readonly Statement _statement = new();
    private LedgerScratch _scratch = null!;
    private SqliteLedger _ledger = null!;
    private CommandConnection _commands = null!;
    private long _number;

    [GlobalSetup]
    public void Setup()
    {
        _scratch = new LedgerScratch();
        _scratch.Fill(PostsPerAccount);
        _ledger = _scratch.Open();
        _commands = new CommandConnection(_scratch.File.Path);

        ExpectTheLastTen(RawStatement());
        ExpectTheLastTen(SqliteCommand());
        Expect.That(Read(6) == LookupResult.UnknownAccount, "6 is nobody");
        Expect.That(_commands.Read(6, new Statement()) == LookupResult.UnknownAccount, "6 is nobody");
    }

    /// <summary>As the server does it.</summary>
    [Benchmark(Baseline = true)]
    public LookupResult RawStatement() => Read(NextAccount());

    /// <summary>The same with Microsoft.Data.Sqlite.</summary>
    [Benchmark]
    public LookupResult SqliteCommand() => _commands.Read(NextAccount(), _statement);

    [GlobalCleanup]
    public void Dispose()
    {
        _commands?.Dispose();
        _ledger?.Dispose();
        _scratch?.Dispose();
    }

    private long NextAccount() => 1 + (_number++ % SamplePosts.Accounts);

    private void ExpectTheLastTen(LookupResult result)
    {
        Expect.That(result == LookupResult.Found, "the account is found");
        Expect.That(_statement is { BalanceCents: 0, LimitCents: >= 80_000 }, "its balance and limit are right");
        Expect.That(_statement.Entries.Length == Statement.EntriesMax, "ten transactions are listed");
        foreach (ref readonly var entry in _statement.Entries)
        {
            Expect.That(entry.AmountCents == 1, "each is of a cent");
            Expect.That(entry.PostedAt.MicrosecondsSinceEpoch > 0, "each has its time");
            Expect.SameText("descricao"u8, entry.Description.AsUtf8());
        }
    }

    // It reads where it is called: nothing is waited for.
    private LookupResult Read(long accountId)
    {
        var read = _ledger.ReadStatementAsync(accountId, _statement);
        return read.IsCompletedSuccessfully ? read.Result : throw new InvalidOperationException("it waits");
    }
}
