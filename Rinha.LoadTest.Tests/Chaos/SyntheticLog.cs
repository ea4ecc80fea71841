using System.Buffers.Binary;
using Rinha.Chaos.PowerLoss;

namespace Rinha.LoadTest.Tests.Chaos;

/// <summary>A write log made by hand, byte by byte as the fault library makes it.</summary>
internal sealed class SyntheticLog
{
    private readonly List<byte> _bytes = [];

    /// <summary>The log so far.</summary>
    public byte[] Bytes => [.. _bytes];

    /// <summary>How long it is.</summary>
    public long Length => _bytes.Count;

    /// <summary>Its records.</summary>
    public List<LogRecord> Records => WriteLog.Read(Bytes);

    public SyntheticLog Create(LoggedFile file) => Add(LoggedCall.Create, file);

    public SyntheticLog Unlink(LoggedFile file) => Add(LoggedCall.Unlink, file);

    public SyntheticLog Write(LoggedFile file, long offset, int count, byte value) =>
        Add(LoggedCall.Write, file, offset, Enumerable.Repeat(value, count).ToArray());

    public SyntheticLog Truncate(LoggedFile file, long length) => Add(LoggedCall.Truncate, file, length);

    public SyntheticLog SyncBegin(LoggedFile file, ulong sync = 1) => Add(LoggedCall.SyncBegin, file, sync: sync);

    public SyntheticLog SyncEnd(LoggedFile file, ulong sync = 1) => Add(LoggedCall.SyncEnd, file, sync: sync);

    public SyntheticLog Sync(LoggedFile file) => SyncBegin(file).SyncEnd(file);

    /// <summary>A replay of all of it.</summary>
    public Replay Replay()
    {
        var replay = new Replay(Records);
        replay.AdvanceTo(Length);
        return replay;
    }

    /// <summary>A file after many losses of power; <see langword="null"/> where it is not there.</summary>
    public List<byte[]?> Lose(Remains remains, LoggedFile file = LoggedFile.Database)
    {
        var random = new Random(1);
        var replay = Replay();
        return [.. Enumerable.Range(0, 200).Select(_ => replay.Lose(remains, random).GetValueOrDefault(file))];
    }

    private SyntheticLog Add(LoggedCall call, LoggedFile file, long offset = 0, byte[]? data = null, ulong sync = 0)
    {
        data ??= [];
        Span<byte> header = stackalloc byte[LogRecord.HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x46524C47);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], (int)call);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], (int)file);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], 4711);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], data.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], sync);
        _bytes.AddRange(header);
        _bytes.AddRange(data);
        return this;
    }
}
