using System.Buffers.Binary;

namespace Rinha.LoadTest.Chaos.PowerLoss;

/// <summary>
/// Everything that the servers have done to the files of a database, in its order, as the fault library has noted it
/// (<c>FAULT_LOG</c>): a write after it was made, a sync before and after.
/// </summary>
internal static class WriteLog
{
    private const uint Magic = 0x46524C47;
    private const int CallAt = 4;
    private const int FileAt = 8;
    private const int OffsetAt = 16;
    private const int LengthAt = 24;
    private const int SyncAt = 32;

    /// <summary>Reads all records; one that its writer did not live to finish ends the log.</summary>
    /// <exception cref="ChaosException">It is not such a log.</exception>
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
