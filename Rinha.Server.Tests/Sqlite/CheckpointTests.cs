using System.Buffers.Binary;
using Rinha.Server.Ledger;
using Rinha.Server.Tests.Fixtures;

namespace Rinha.Server.Tests.Sqlite;

[Collection(RunsAlone.Name)]
public sealed class CheckpointTests : IDisposable
{
    private const int Posts = 240_000;
    private const int Writers = 4;
    private const int AtOnce = 100;

    private readonly LedgerOnDisk _disk = new();

    private string WalPath => _disk.FilePath + "-wal";

    [Fact]
    public void The_write_ahead_log_stays_bounded_and_starts_over()
    {
        ILedger[] instances = [_disk.Open(), _disk.Open()];
        var writing = Writers;
        var largest = 0L;

        void Write(ILedger ledger)
        {
            for (var posted = 0; posted < Posts / Writers; posted += AtOnce)
            {
                ledger.CreditAtOnce(AtOnce);
            }

            Interlocked.Decrement(ref writing);
        }

        void Read()
        {
            // Readers hold snapshots all the time; the log must be able to start over all the same.
            while (Volatile.Read(ref writing) > 0)
            {
                _ = instances[0].Statement(1);
                largest = Math.Max(largest, new FileInfo(WalPath).Length);
            }
        }

        // While one waits for its answers another one writes: the log is never at rest.
        Together.Run([
            .. Enumerable.Range(0, Writers).Select(number => (Action)(() => Write(instances[number % 2]))), Read,
        ]);

        Assert.True(TimesStartedOver() >= 2, $"started over {TimesStartedOver()} times, {largest} bytes at most");
        Assert.InRange(largest, 1, Limits.WalBytesKept);
        LedgerRows.AssertBalanced(_disk.FilePath);
        Assert.Equal(Posts, _disk.Query("SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void The_log_is_moved_into_the_database_while_the_ledger_is_open()
    {
        var ledger = _disk.Open();
        for (var round = 0; round < 1000; round++)
        {
            ledger.CreditAtOnce(AtOnce);
        }

        Wait.Until(() => new FileInfo(_disk.FilePath).Length > 1_000_000, "the rows reach the database file");
    }

    [Fact]
    public void Whoever_writes_keeps_the_log_short_though_the_other_one_did_before()
    {
        var (first, second) = (_disk.Open(), _disk.Open());
        foreach (var ledger in new[] { first, second })
        {
            // Small batches make a long log: each commit writes its pages anew.
            for (var round = 0; round < 6000; round++)
            {
                ledger.CreditAtOnce(5);
            }

            Assert.InRange(new FileInfo(WalPath).Length, 1, Limits.WalBytesKept);
        }

        Assert.True(TimesStartedOver() >= 2, $"started over {TimesStartedOver()} times");
    }

    public void Dispose() => _disk.Dispose();

    // The log's header counts its checkpoints (https://www.sqlite.org/fileformat2.html#walformat).
    private uint TimesStartedOver()
    {
        Span<byte> header = stackalloc byte[16];
        using var wal = new FileStream(WalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        wal.ReadExactly(header);
        return BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
    }
}
