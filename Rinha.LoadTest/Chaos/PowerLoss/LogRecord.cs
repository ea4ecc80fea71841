namespace Rinha.LoadTest.Chaos.PowerLoss;

/// <summary>One record of the write log.</summary>
/// <param name="Start">Where it begins in the log, in bytes.</param>
/// <param name="Call">What it tells of.</param>
/// <param name="File">Of which file.</param>
/// <param name="Offset">Where was written, or the new length.</param>
/// <param name="Data">What was written.</param>
/// <param name="Sync">The same for the beginning and the end of one sync.</param>
internal readonly record struct LogRecord(
    long Start, LoggedCall Call, LoggedFile File, long Offset, ReadOnlyMemory<byte> Data, ulong Sync)
{
    /// <summary>The bytes of a record without its data.</summary>
    public const int HeaderBytes = 40;

    /// <summary>Where the next one begins.</summary>
    public long End => Start + HeaderBytes + Data.Length;
}
