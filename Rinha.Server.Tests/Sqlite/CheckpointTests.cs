using System.Buffers.Binary;

namespace Rinha.Server.Tests.Sqlite;

public sealed class CheckpointTests : LedgerContract<LedgerOnDisk>
{
    private const int Writers = 4;
    private const int AtOnce = 100;

    private string WalPath => Place.FilePath + "-wal";

    [Fact]
    public void The_write_ahead_log_starts_over_though_it_is_never_at_rest()
    {
        ILedger[] instances = [Place.Open(), Place.Open()];
        var writing = Writers;
        var posts = 0;

        void Write(ILedger ledger)
        {
            Interlocked.Add(ref posts, WriteUntilStartedOver(ledger, times: 2));
            Interlocked.Decrement(ref writing);
        }

        void Read()
        {
            // Readers hold snapshots all the time; the log must be able to start over all the same.
            while (Volatile.Read(ref writing) > 0)
            {
                _ = instances[0].Statement(1);
            }
        }

        // While one waits for its answers another one writes: the log is never at rest.
        Together.Run([
            .. Enumerable.Range(0, Writers).Select(number => (Action)(() => Write(instances[number % 2]))), Read,
        ]);

        Place.AssertBalanced();
        Assert.Equal(posts, Place.Query("SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void Each_instance_starts_the_log_over_though_the_other_did_before()
    {
        var (first, second) = (Place.Open(), Place.Open());
        WriteUntilStartedOver(first, times: 2);
        WriteUntilStartedOver(second, times: 2);
    }

    // How many were posted. That the log stays short meanwhile depends on how often the checkpointer gets a processor.
    private int WriteUntilStartedOver(ILedger ledger, int times)
    {
        var goal = TimesStartedOver() + times;
        var posted = 0;
        Wait.Until(
            () =>
            {
                ledger.CreditAtOnce(AtOnce);
                posted += AtOnce;
                return TimesStartedOver() >= goal;
            },
            "the log starts over");
        return posted;
    }

    // The log's header counts its checkpoints (https://www.sqlite.org/fileformat2.html#walformat).
    private uint TimesStartedOver()
    {
        Span<byte> header = stackalloc byte[16];
        if (new FileInfo(WalPath) is not { Exists: true, Length: > 16 })
        {
            return 0;
        }

        using var wal = new FileStream(WalPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        wal.ReadExactly(header);
        return BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
    }
}
