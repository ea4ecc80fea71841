using System.Buffers.Binary;
using Rinha.Chaos.Faults;

namespace Rinha.Chaos.Storage;

/// <summary>Another program sits on the ledger: with the write lock, so that posts are refused after the timeout and
/// not before; or with a snapshot that it does not give back, so that the WAL grows until it does.</summary>
internal static class LockedLedger
{
    private const int WalSequenceAt = 12;
    private const long WalBytesKept = 64L * 1024 * 1024;
    private const long CheckpointBytes = 4L * 1024 * 1024;
    private const string Refusals = "refusals";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lateness = TimeSpan.FromSeconds(0.6);

    public static void HoldWriteLock(Scene scene)
    {
        const string What = "write lock taken";
        var (run, bank) = (scene.Run, scene.Bank);
        using var connection = new LedgerInFile(bank.DatabasePath).Open();
        connection.Execute("BEGIN IMMEDIATE");
        StorageFaults.Endure(
            scene,
            What,
            () =>
            {
                var waits = Task.WhenAll(bank.Apis.Select(api => Task.Run(() => scene.Loaded.Probes.Post(api))));
                while (!waits.IsCompleted)
                {
                    StorageFaults.CheckStatements(scene, What);
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
                    scene.Spread(Refusals).Add(time);
                }
            },
            () => connection.Execute("ROLLBACK"));
    }

    public static string LongestRefusal(Scene scene) =>
        $"refused after {scene.Spread(Refusals).Longest.TotalSeconds:F2} s at most";

    public static void HoldSnapshot(Scene scene)
    {
        const string What = "old snapshot kept";
        var walPath = scene.Bank.DatabasePath + "-wal";
        using var connection = new LedgerInFile(scene.Bank.DatabasePath).Open();
        connection.Execute("BEGIN; SELECT count(*) FROM clientes;");
        StorageFaults.Endure(
            scene,
            What,
            () =>
            {
                Wait.Until(() => new FileInfo(walPath).Length > 3 * CheckpointBytes,
                    () => "the WAL does not grow although a snapshot is kept");
                StorageFaults.CheckStatements(scene, What);
            },
            () =>
            {
                scene.Counted = Math.Max(scene.Counted, (int)(new FileInfo(walPath).Length / (1024 * 1024)));
                connection.Execute("ROLLBACK");
                AwaitBoundedWal(scene.Run, walPath);
            });
    }

    public static string LongestWal(Scene scene) => $"WAL of {scene.Counted} MiB at most behind a snapshot";

    // The WAL is started over, and then again and again inside the length that it has.
    private static void AwaitBoundedWal(CampaignRun run, string walPath)
    {
        var first = WalSequence(walPath);
        var isRestarted = Wait.For(() => WalSequence(walPath) != first);
        run.Check(isRestarted, () => "the WAL is not started over although the snapshot is gone");
        var length = new FileInfo(walPath).Length;
        run.Check(length <= WalBytesKept + CheckpointBytes, () => $"{length} bytes of WAL are kept");
        var restarted = WalSequence(walPath);
        var isAgain = Wait.For(() => WalSequence(walPath) > restarted + 1);
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
}
