using System.Diagnostics.CodeAnalysis;

namespace Rinha.Chaos.PowerLoss;

// Replays the write log up to a position and produces what the disk may hold if the power fails there. Data written
// before a completed sync is kept; other data is kept or lost block by block. Names are durable at once: the campaign
// machine-power tests those of real file systems. Single-threaded.
internal sealed class Replay(IReadOnlyList<LogRecord> records)
{
    private readonly Dictionary<LoggedFile, ReplayedFile> _files = [];
    private readonly Dictionary<ulong, (long Start, ReplayedFile? File)> _syncs = [];
    private int _next;

    // WAL writes before this position are durable.
    public long SyncedWalPosition { get; private set; }

    public void AdvanceTo(long position)
    {
        while (_next < records.Count && records[_next].End <= position)
        {
            Apply(records[_next++]);
        }
    }

    public Dictionary<LoggedFile, byte[]> DataAfterLoss(UnsyncedData unsynced, Random random) =>
        _files.OrderBy(file => file.Key).ToDictionary(
            file => file.Key, file => file.Value.DataAfterLoss(unsynced, random));

    private void Apply(in LogRecord record)
    {
        var file = _files.GetValueOrDefault(record.File);
        switch (record.Call)
        {
            case LoggedCall.Create:
                _files[record.File] = new ReplayedFile();
                break;
            case LoggedCall.Unlink:
                _files.Remove(record.File);
                break;
            case LoggedCall.Write:
                Existing(file, record).Write(record.Start, record.Offset, record.Data);
                break;
            case LoggedCall.Truncate:
                Existing(file, record).Truncate(record.Start, record.Offset);
                break;
            case LoggedCall.SyncBegin:
                _syncs[record.Sync] = (record.Start, file);
                break;
            case LoggedCall.SyncEnd when _syncs.Remove(record.Sync, out var sync):
                EndSync(sync.Start, sync.File, record.File);
                break;
            default:
                throw new ChaosException($"unexpected {record.Call} in the write log at byte {record.Start}");
        }
    }

    private static ReplayedFile Existing(ReplayedFile? file, in LogRecord record) =>
        file ?? throw new ChaosException($"the write log changes {record.File} before its creation, at {record.Start}");

    private void EndSync(long start, ReplayedFile? file, LoggedFile name)
    {
        file?.Sync(start);
        if (name == LoggedFile.WriteAheadLog)
        {
            SyncedWalPosition = Math.Max(SyncedWalPosition, start);
        }
    }
}

// What a power loss makes of data written since the last sync.
internal enum UnsyncedData
{
    Lost,
    Sectors, // Each 512-byte sector has one of its versions since the last sync: torn pages.
    NewestPages, // The pages written last are kept, the others lost.
}

// A file during the replay: its durable content, and the writes since the last sync.
[SuppressMessage("Design", "CA1001", Justification = "A MemoryStream owns no resource.")]
internal sealed class ReplayedFile
{
    private const int PageBytes = 4096;
    private const int SectorBytes = 512;

    private readonly List<PendingWrite> _pending = [];
    private readonly MemoryStream _synced = new();

    private long Length => _pending.Count == 0 ? _synced.Length : _pending[^1].Length;

    public void Write(long position, long offset, ReadOnlyMemory<byte> data) =>
        _pending.Add(new PendingWrite(position, offset, data, Length, Math.Max(Length, offset + data.Length)));

    public void Truncate(long position, long length) =>
        _pending.Add(new PendingWrite(position, length, default, Length, length));

    public void Sync(long position)
    {
        var count = _pending.TakeWhile(write => write.Position < position).Count();
        _pending[..count].ForEach(write => write.ApplyTo(_synced));
        _pending.RemoveRange(0, count);
    }

    public byte[] DataAfterLoss(UnsyncedData unsynced, Random random)
    {
        if (unsynced == UnsyncedData.Lost || _pending.Count == 0)
        {
            return _synced.ToArray();
        }

        var steps = random.Next(_pending.Count + 1);
        var lost = new byte[steps == 0 ? _synced.Length : _pending[steps - 1].Length];
        _synced.GetBuffer().AsSpan(0, (int)Math.Min(lost.Length, _synced.Length)).CopyTo(lost);
        var blockBytes = unsynced == UnsyncedData.Sectors ? SectorBytes : PageBytes;
        var newestFrom = random.Next(_pending.Count);
        foreach (var (block, writes) in ChangedBlocks(blockBytes))
        {
            var at = block * blockBytes;
            if (at >= lost.Length)
            {
                continue;
            }

            var kept = unsynced != UnsyncedData.NewestPages ? random.Next(writes.Count + 1)
                : writes[^1] >= newestFrom ? writes.Count
                : 0;
            foreach (var index in writes.Take(kept))
            {
                _pending[index].ApplyTo(lost.AsSpan((int)at, (int)Math.Min(blockBytes, lost.Length - at)), at);
            }
        }

        return lost;
    }

    // The writes that change each block. A disk writes whole blocks, each as it was at some moment.
    private Dictionary<long, List<int>> ChangedBlocks(int blockBytes)
    {
        var blocks = new Dictionary<long, List<int>>();
        foreach (var (index, write) in _pending.Index())
        {
            for (var block = write.Offset / blockBytes; block * blockBytes < write.End; block++)
            {
                if (!blocks.TryGetValue(block, out var writes))
                {
                    blocks[block] = writes = [];
                }

                writes.Add(index);
            }
        }

        return blocks;
    }
}

// A write, or with empty Data a change of length, which zeroes the file from Offset on.
internal readonly record struct PendingWrite(
    long Position, long Offset, ReadOnlyMemory<byte> Data, long LengthBefore, long Length)
{
    public long End => Data.IsEmpty ? Math.Max(LengthBefore, Offset) : Offset + Data.Length;

    public void ApplyTo(MemoryStream file)
    {
        file.Position = Offset;
        file.Write(Data.Span);
        file.SetLength(Length);
    }

    public void ApplyTo(Span<byte> piece, long at)
    {
        var from = Math.Max(Offset, at);
        var to = Math.Min(End, at + piece.Length);
        if (from >= to)
        {
            return;
        }

        var changed = piece[(int)(from - at)..(int)(to - at)];
        if (Data.IsEmpty)
        {
            changed.Clear();
        }
        else
        {
            Data.Span.Slice((int)(from - Offset), changed.Length).CopyTo(changed);
        }
    }
}
