namespace Rinha.Server.Tests.Sqlite;

public sealed class LockedLedgerTests : LedgerContract<LedgerOnDisk>
{
    [Fact]
    public void A_half_written_WAL_index_fails_reads_as_locked_until_it_is_whole()
    {
        var ledger = Storage.Open();
        ledger.Credit(1, 7, "before");
        using (LedgerRows.Lock(Storage.FilePath))
        {
            using var index = new HalfChangedIndex(Storage.FilePath);
            Assert.Equal(LookupResult.Busy, ledger.ReadStatement(1, new Statement()));
        }

        Assert.Equal(7, ledger.Statement(1).BalanceCents);
        Assert.Equal(PostResult.Accepted, ledger.Credit(1, 1, "after").Result);
    }

    // The WAL index as if its writer had stopped between the two copies of the header
    // (https://www.sqlite.org/walformat.html#the_wal_index_file_format). Dispose repairs it.
    private sealed class HalfChangedIndex : IDisposable
    {
        private const int ChangeCounterOffset = 8; // Of the first copy.

        private readonly FileStream _file;
        private readonly byte _original;

        public HalfChangedIndex(string database)
        {
            _file = new FileStream(
                $"{database}-shm", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            _file.Position = ChangeCounterOffset;
            _original = (byte)_file.ReadByte();
            Write((byte)~_original);
        }

        public void Dispose()
        {
            Write(_original);
            _file.Dispose();
        }

        private void Write(byte value)
        {
            _file.Position = ChangeCounterOffset;
            _file.WriteByte(value);
        }
    }
}
