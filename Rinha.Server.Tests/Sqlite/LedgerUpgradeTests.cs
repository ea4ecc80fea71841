using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Tests.Sqlite;

// The conversion of an older ledger on startup, with all released steps and a made-up one before them.
[Collection(RunsAlone.Name)]
public sealed partial class LedgerUpgradeTests : FileTest
{
    private const int WalHeaderBytes = 32;
    private const int WalFrameBytes = 24 + Limits.PageBytes;

    private string CopyPath => LedgerUpgrade.CopyPathOf(FilePath, OldLedger.Oldest);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void An_older_ledger_is_converted_and_a_copy_is_kept(int stepsTaken)
    {
        OldLedger.Make(FilePath, stepsTaken);

        Assert.Equal(OldLedger.Oldest + stepsTaken, Open().ConvertedFrom);

        AssertConverted(FilePath);
        var copy = $"{FilePath}.v{OldLedger.Oldest + stepsTaken}-backup";
        OldLedger.AssertHasTaken(stepsTaken, copy);
        Assert.Equal(File.GetUnixFileMode(FilePath), File.GetUnixFileMode(copy));
        Assert.Null(Open().ConvertedFrom);
        using (var ledger = LedgerExtensions.OpenLedger(FilePath))
        {
            var replay = OldLedger.PostKeyed(ledger, accountId: 1);
            Assert.Equal((PostResult.Accepted, true), (replay.Result, replay.IsReplay));
            Assert.Equal(stepsTaken < 2, replay.Sequence == 0); // Version 4 did not keep it.
            Assert.False(OldLedger.PostKeyed(ledger, accountId: 2).IsReplay);
        }

        LedgerExtensions.OpenLedger(Files.File("new.db")).Dispose();
        Assert.Equal(SchemaOf(Files.File("new.db")), SchemaOf(FilePath));
    }

    [Fact]
    public void Exactly_one_of_several_starting_instances_converts()
    {
        OldLedger.Make(FilePath);
        var conversions = 0;

        ParallelThreads.Run(4, _ => Interlocked.Add(ref conversions, Open().ConvertedFrom is null ? 0 : 1));

        Assert.Equal(1, conversions);
        AssertConverted(FilePath);
        OldLedger.AssertHasTaken(0, CopyPath);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_next_instance_converts_when_one_is_killed_at_any_step(int step)
    {
        OldLedger.Make(FilePath);
        Task<LedgerFile> next;
        using (new ConvertingProcess(FilePath, step))
        {
            OldLedger.AssertHasTaken(0, CopyPath);
            next = Task.Run(Open, TestContext.Current.CancellationToken);
            Assert.Equal(OldLedger.Oldest, LedgerRows.Query(FilePath, "PRAGMA user_version"));
            Assert.False(next.IsCompleted);
        }

        Assert.Equal(OldLedger.Oldest, (await next).ConvertedFrom);
        AssertConverted(FilePath);
        OldLedger.AssertHasTaken(0, CopyPath);
    }

    [Fact]
    public void A_crash_at_any_write_of_the_commit_leaves_the_old_ledger_or_the_new_one()
    {
        OldLedger.Make(FilePath);
        byte[] wal;
        using (var reader = LedgerRows.Open(FilePath))
        {
            // The reader keeps the commit in the WAL.
            reader.Execute("BEGIN");
            Assert.Equal(OldLedger.Oldest, reader.Query("PRAGMA user_version"));
            Open();
            wal = File.ReadAllBytes(FilePath + "-wal");
        }

        var old = File.ReadAllBytes(CopyPath);
        var frames = (wal.Length - WalHeaderBytes) / WalFrameBytes;
        Assert.True(frames > 4, $"{frames} pages");
        for (var halves = 0; halves <= 2 * frames; halves++)
        {
            var path = Files.File($"{halves}.db");
            File.WriteAllBytes(path, old);
            Assert.Equal("wal", LedgerRows.QueryText(path, "PRAGMA journal_mode = WAL"));

            File.WriteAllBytes(path + "-wal", wal[..(WalHeaderBytes + (halves * WalFrameBytes / 2))]);
            OldLedger.AssertHasTaken(halves == 2 * frames ? 3 : 0, path);

            LedgerFile.Open(path, Synchronous.Normal, OldLedger.Versions);

            AssertConverted(path);
        }
    }

    [Fact]
    public void Leftovers_of_a_killed_attempt_are_replaced()
    {
        OldLedger.Make(FilePath);
        File.WriteAllText(CopyPath, "the copy of an earlier attempt, to which an older server has posted since");
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            File.WriteAllText($"{CopyPath}.unfinished{suffix}", "half a copy");
        }

        Open();

        AssertConverted(FilePath);
        OldLedger.AssertHasTaken(0, CopyPath);
    }

    [Fact]
    public void A_ledger_in_use_is_not_converted()
    {
        OldLedger.Make(FilePath);
        var before = File.ReadAllBytes(FilePath);
        using (new Gate(FilePath))
        {
            var refusal = Assert.Throws<RefusalException>(Open);
            Assert.Equal(
                $"{FilePath} has schema version {OldLedger.Oldest} and is in use: stop every instance, "
                + $"then the next start converts it to version {OldLedger.Current}",
                refusal.Message);
        }

        Assert.Equal(before, File.ReadAllBytes(FilePath));
        Assert.False(File.Exists(CopyPath));
        Assert.Equal(OldLedger.Oldest, Open().ConvertedFrom);
    }

    [Fact]
    public void An_instance_does_not_write_to_a_ledger_that_another_server_has_converted()
    {
        var file = LedgerFile.Open(FilePath, Synchronous.Normal);
        SampleLedger.Damage(FilePath, "PRAGMA user_version = 99");
        var errors = new ThrottledErrorLog(NullLogger.Instance);
        var metrics = new LedgerMetrics();
        using var checkpointer = new Checkpointer(file, errors, metrics);

        Assert.Throws<SqliteException>(() => new AccountTable(file).SetLimit(1, 1, 1));
        using var queue = new WriteQueue();
        Assert.Throws<SqliteException>(() => new CommitTurn(file, queue, checkpointer, errors, metrics));
    }

    [Fact]
    public void A_step_that_fails_changes_nothing()
    {
        OldLedger.Make(FilePath);
        var versions = new SchemaVersions(
            OldLedger.Oldest, "UPDATE clientes SET limite = 7", "UPDATE clientes SET limite = -1");

        var failure = Assert.Throws<SqliteException>(() => LedgerFile.Open(FilePath, Synchronous.Normal, versions));

        Assert.StartsWith(
            $"{FilePath}: convert schema version {OldLedger.Oldest + 1} to {OldLedger.Oldest + 2}: CHECK constraint",
            failure.Message,
            StringComparison.Ordinal);
        OldLedger.AssertHasTaken(0, FilePath);
        Assert.Equal(0, LedgerRows.Query(FilePath, "SELECT count(*) FROM clientes WHERE limite = 7"));
    }

    [Fact]
    public void A_damaged_ledger_is_not_converted_and_an_earlier_copy_is_kept()
    {
        OldLedger.Make(FilePath);
        using (var file = File.OpenHandle(FilePath, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, Enumerable.Repeat((byte)0xA5, 600).ToArray(), RandomAccess.GetLength(file) - 4096);
        }

        File.WriteAllText(CopyPath, "a copy");

        var failure = Assert.Throws<SqliteException>(Open);

        Assert.Contains("is damaged and was not converted", failure.Message, StringComparison.Ordinal);
        Assert.Equal(OldLedger.Oldest, LedgerRows.Query(FilePath, "PRAGMA user_version"));
        Assert.Equal("a copy", File.ReadAllText(CopyPath));
        AssertNothingUnfinished();
    }

    [Fact]
    public void A_command_on_an_older_ledger_says_to_start_the_server()
    {
        OldLedger.Make(FilePath);

        var refusal = Assert.Throws<RefusalException>(
            () => LedgerFile.OpenExisting(FilePath, OldLedger.Versions));

        Assert.Equal(
            $"{FilePath} has schema version {OldLedger.Oldest}: "
            + $"start the server once to convert the ledger to version {OldLedger.Current}",
            refusal.Message);
    }

    [Fact]
    public void A_backup_of_an_older_version_is_converted_when_it_is_restored()
    {
        var backup = Files.File("copy.db");
        OldLedger.Make(backup);
        var before = File.ReadAllBytes(backup);

        var report = LedgerRestore.Run(FilePath, backup, out _, OldLedger.Versions);

        Assert.True(report.IsSound);
        AssertConverted(FilePath);
        Assert.Equal(before, File.ReadAllBytes(backup));
    }

    [Theory]
    [InlineData(3, "never released")]
    [InlineData(99, "use a newer server")]
    public void A_backup_that_cannot_be_converted_is_refused_for_its_version_not_as_damaged(
        int version, string why)
    {
        var backup = Files.File("copy.db");
        SampleLedger.Make(backup);
        SampleLedger.Damage(backup, $"PRAGMA user_version = {version}");

        var refusal = Assert.Throws<RefusalException>(() => LedgerRestore.Run(FilePath, backup, out _));

        Assert.StartsWith($"{backup} has schema version {version}, ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(FilePath));
    }

    [GeneratedRegex("""--.*|[\s"]""")]
    private static partial Regex CommentOrSpaceOrQuote(); // A renamed table gets quotes.

    private static string SchemaOf(string path) => CommentOrSpaceOrQuote().Replace(
        LedgerRows.QueryText(path, "SELECT group_concat(sql, ';' ORDER BY name) FROM sqlite_schema"), "");

    private LedgerFile Open() => LedgerFile.Open(FilePath, Synchronous.Normal, OldLedger.Versions);

    private void AssertConverted(string path)
    {
        OldLedger.AssertHasTaken(3, path);
        LedgerRows.AssertBalanced(path);
        Assert.True(LedgerAudit.Run(path).IsSound);
        AssertNothingUnfinished();
    }

    private void AssertNothingUnfinished() =>
        Assert.Empty(Directory.GetFiles(Files.FullPath, "*unfinished*"));
}
