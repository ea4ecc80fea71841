using System.Buffers.Binary;

namespace Rinha.Server.Tests.Sqlite;

public sealed class CheckpointTests : LedgerContract<LedgerOnDisk>
{
    private const int Writers = 4;
    private const int AtOnce = 100;

    private string WalPath => Storage.FilePath + "-wal";

    [Fact]
    public void The_WAL_restarts_under_constant_load()
    {
        ILedger[] instances = [Storage.Open(), Storage.Open()];
        var writing = Writers;
        var posts = 0;

        void Write(ILedger ledger)
        {
            Interlocked.Add(ref posts, WriteUntilRestarted(ledger, times: 2));
            Interlocked.Decrement(ref writing);
        }

        void Read()
        {
            // The WAL must be able to restart although readers always hold snapshots.
            while (Volatile.Read(ref writing) > 0)
            {
                _ = instances[0].Statement(1);
            }
        }

        // While one writer waits for its answers, another writes, so the WAL is never idle.
        ParallelThreads.Run([
            .. Enumerable.Range(0, Writers).Select(number => (Action)(() => Write(instances[number % 2]))), Read,
        ]);

        Storage.AssertBalanced();
        Assert.Equal(posts, Storage.Query("SELECT count(*) FROM transacoes"));
    }

    [Fact]
    public void Each_instance_restarts_the_WAL_even_after_the_other_one_has()
    {
        var (first, second) = (Storage.Open(), Storage.Open());
        WriteUntilRestarted(first, times: 2);
        WriteUntilRestarted(second, times: 2);
    }

    // Returns how many it posted. The WAL's length is not asserted: it depends on when the checkpointer gets the CPU.
    private int WriteUntilRestarted(ILedger ledger, int times)
    {
        var goal = RestartCount() + times;
        var posted = 0;
        Wait.Until(
            () =>
            {
                ledger.CreditAtOnce(AtOnce);
                posted += AtOnce;
                return RestartCount() >= goal;
            },
            "the WAL restarts");
        return posted;
    }

    // The WAL's header counts its checkpoints (https://www.sqlite.org/fileformat2.html#walformat).
    private uint RestartCount()
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
