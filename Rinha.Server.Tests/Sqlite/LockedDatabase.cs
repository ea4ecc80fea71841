namespace Rinha.Server.Tests.Sqlite;

/// <summary>Another program that holds the database's write lock until it is disposed.</summary>
internal static class LockedDatabase
{
    public static IDisposable Of(string path)
    {
        var database = LedgerRows.Open(path);
        database.Execute("BEGIN IMMEDIATE");
        return database;
    }
}

/// <summary>
/// The index of the write-ahead log as a writer leaves it that stops between the two copies of its header
/// (https://www.sqlite.org/walformat.html#the_wal_index_file_format); whole again when disposed.
/// </summary>
internal sealed class HalfChangedIndex : IDisposable
{
    private const int ChangeCounterOffset = 8; // Of the first copy.

    private readonly FileStream _file;
    private readonly byte _was;

    public HalfChangedIndex(string database)
    {
        _file = new FileStream(
            $"{database}-shm", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _file.Position = ChangeCounterOffset;
        _was = (byte)_file.ReadByte();
        Write((byte)~_was);
    }

    public void Dispose()
    {
        Write(_was);
        _file.Dispose();
    }

    private void Write(byte value)
    {
        _file.Position = ChangeCounterOffset;
        _file.WriteByte(value);
    }
}
