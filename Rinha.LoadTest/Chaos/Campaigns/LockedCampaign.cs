using System.Buffers.Binary;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Rinha.LoadTest.Chaos.Storage;

namespace Rinha.LoadTest.Chaos.Campaigns;

/// <summary>
/// Another program sits on the ledger: with the write lock, so that posts are refused after the timeout and not
/// before; or with a snapshot that it does not give back, so that the WAL grows until it does.
/// </summary>
internal sealed class LockedCampaign : ICampaign
{
    private const double LowRate = 200;
    private const double HighRate = 4_000;
    private const int WalSequenceAt = 12;
    private const long WalBytesKept = 64L * 1024 * 1024;
    private const long CheckpointBytes = 4L * 1024 * 1024;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lateness = TimeSpan.FromSeconds(0.6);

    /// <inheritdoc/>
    public string Name => "locked";

    /// <inheritdoc/>
    public string Fault => "another program keeps the write lock, or an old snapshot";

    /// <inheritdoc/>
    public int Times(bool isShort) => isShort ? 2 : 10;

    /// <inheritdoc/>
    public void Run(CampaignRun run)
    {
        WithWriteLock(run);
        WithOldSnapshot(run);
    }

    private static void WithWriteLock(CampaignRun run)
    {
        using var loaded = new LoadedBank(
            run, new BankOptions { DataDirectory = Path.Combine(run.Directory, "locked") }, LowRate);
        var longest = TimeSpan.Zero;
        for (var index = 0; index < run.Times / 2; index++)
        {
            const string What = "write lock taken";
            var held = Stopwatch.StartNew();
            using (var connection = Open(loaded.Bank))
            {
                Execute(connection, "BEGIN IMMEDIATE");
                loaded.Endure(
                    () =>
                    {
                        var waits = Task.WhenAll(loaded.Bank.Apis.Select(api => Task.Run(() => Refused(loaded, api))));
                        while (!waits.IsCompleted)
                        {
                            loaded.Probe.CheckStatements(What);
                            Thread.Sleep(100);
                        }

                        foreach (var (answer, time) in waits.Result)
                        {
                            run.Check(
                                answer.Status == 503 && answer.Body.Contains("locked", StringComparison.Ordinal)
                                    && answer.Head.Contains("Retry-After: 1", StringComparison.OrdinalIgnoreCase),
                                () => $"{What}: {answer.Head} {answer.Body}");
                            string Late() => $"{What}: answered after {time.TotalSeconds:F2} s";
                            run.Check(time >= s_timeout, Late);
                            run.CheckSpeed(time <= s_timeout + s_lateness, Late);
                            longest = time > longest ? time : longest;
                        }
                    },
                    What);
                Execute(connection, "ROLLBACK");
            }

            loaded.Probe.AwaitRecovery(What);
            run.Tried();
        }

        loaded.Finish();
        run.Measured($"refused after {longest.TotalSeconds:F2} s at most");
    }

    private static (RawAnswer Answer, TimeSpan Time) Refused(LoadedBank loaded, BankProcess api)
    {
        var watch = Stopwatch.StartNew();
        return (loaded.Probe.Post(api), watch.Elapsed);
    }

    private static void WithOldSnapshot(CampaignRun run)
    {
        using var loaded = new LoadedBank(
            run, new BankOptions { DataDirectory = Path.Combine(run.Directory, "pinned") }, HighRate);
        var walPath = loaded.Bank.DatabasePath + "-wal";
        long longest = 0;
        for (var index = 0; index < run.Times - (run.Times / 2); index++)
        {
            const string What = "old snapshot kept";
            using (var connection = Open(loaded.Bank))
            {
                Execute(connection, "BEGIN; SELECT count(*) FROM clientes;");
                loaded.Endure(
                    () =>
                    {
                        Wait.Until(
                            Bank.Patience,
                            () => new FileInfo(walPath).Length > 3 * CheckpointBytes,
                            () => "the WAL does not grow although a snapshot is kept");
                        loaded.Probe.CheckStatements(What);
                    },
                    What);
                longest = Math.Max(longest, new FileInfo(walPath).Length);
                Execute(connection, "ROLLBACK");
            }

            AwaitBoundedWal(run, walPath);
            loaded.Probe.AwaitRecovery(What);
            run.Tried();
        }

        loaded.Finish();
        run.Measured($"WAL of {longest / (1024 * 1024)} MiB at most behind a snapshot");
    }

    // The WAL is started over, and then again and again inside the length that it has.
    private static void AwaitBoundedWal(CampaignRun run, string walPath)
    {
        var first = WalSequence(walPath);
        var isRestarted = Wait.For(Bank.Patience, () => WalSequence(walPath) != first);
        run.Check(isRestarted, () => "the WAL is not started over although the snapshot is gone");
        var length = new FileInfo(walPath).Length;
        run.Check(length <= WalBytesKept + CheckpointBytes, () => $"{length} bytes of WAL are kept");
        var restarted = WalSequence(walPath);
        var isAgain = Wait.For(Bank.Patience, () => WalSequence(walPath) > restarted + 1);
        run.Check(isAgain, () => "the WAL is not started over again");
        run.CheckSpeed(
            new FileInfo(walPath).Length <= Math.Max(length, 3 * CheckpointBytes),
            () => $"the WAL goes on growing: {length} bytes, then {new FileInfo(walPath).Length}");
    }

    private static uint WalSequence(string walPath)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        using var file = File.OpenHandle(walPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        RandomAccess.Read(file, bytes, WalSequenceAt);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static SqliteConnection Open(Bank bank)
    {
        var connection = new SqliteConnection($"Data Source={bank.DatabasePath};Mode=ReadWrite;Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
