using System.Buffers.Binary;

namespace Rinha.Chaos.PowerLoss;

/// <summary>Everything that the servers have done to the files of a database, in its order, as the fault library has
/// noted it (<c>FAULT_LOG</c>): a write after it was made, a sync before and after.</summary>
internal static class WriteLog
{
    private const uint Magic = 0x46524C47;
    private const int CallAt = 4;
    private const int FileAt = 8;
    private const int OffsetAt = 16;
    private const int LengthAt = 24;
    private const int SyncAt = 32;

    /// <summary>Reads all records; one that its writer did not live to finish ends the log.</summary>
    public static List<LogRecord> Read(ReadOnlyMemory<byte> log)
    {
        var records = new List<LogRecord>();
        var start = 0;
        while (log.Length - start >= LogRecord.HeaderBytes)
        {
            var header = log.Span.Slice(start, LogRecord.HeaderBytes);
            var length = BinaryPrimitives.ReadInt64LittleEndian(header[LengthAt..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic || length < 0)
            {
                throw new ChaosException($"no record at byte {start} of the write log");
            }

            if (length > log.Length - start - LogRecord.HeaderBytes)
            {
                break;
            }

            var record = new LogRecord(
                start,
                (LoggedCall)BinaryPrimitives.ReadInt32LittleEndian(header[CallAt..]),
                (LoggedFile)BinaryPrimitives.ReadInt32LittleEndian(header[FileAt..]),
                BinaryPrimitives.ReadInt64LittleEndian(header[OffsetAt..]),
                log.Slice(start + LogRecord.HeaderBytes, (int)length),
                BinaryPrimitives.ReadUInt64LittleEndian(header[SyncAt..]));
            records.Add(record);
            start = (int)record.End;
        }

        return records;
    }
}

/// <summary>One record of the write log.</summary>
/// <param name="Start">Where it begins in the log, in bytes.</param>
/// <param name="Offset">Where was written, or the new length.</param>
/// <param name="Sync">The same for the beginning and the end of one sync.</param>
internal readonly record struct LogRecord(
    long Start, LoggedCall Call, LoggedFile File, long Offset, ReadOnlyMemory<byte> Data, ulong Sync)
{
    /// <summary>The bytes of a record without its data.</summary>
    public const int HeaderBytes = 40;

    public long End => Start + HeaderBytes + Data.Length;
}

/// <summary>What a record of the write log tells of, as the fault library numbers it.</summary>
internal enum LoggedCall
{
    Write = 1,
    Truncate,
    SyncBegin, // What was written before is on its way to the disk.
    SyncEnd,
    Unlink,
    Create,
}

/// <summary>A file of the database, as the write log numbers them.</summary>
internal enum LoggedFile
{
    Database,
    WriteAheadLog,
    Journal, // Its rollback journal, there while the file is made.
}
