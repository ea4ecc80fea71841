using System.Diagnostics.CodeAnalysis;

namespace Rinha.Chaos.PowerLoss;

// Repeats what the write log tells of, up to a moment, and says what the disk may have if the power goes then. What was
// written before a sync that has ended is there. Anything else is there or not, block by block. Names are made and
// deleted in their order, and those before a sync that has ended stay so, as in a journal of metadata.
internal sealed class Replay(IReadOnlyList<LogRecord> records)
{
    private readonly Dictionary<LoggedFile, ReplayedFile> _files = [];
    private readonly Dictionary<LoggedFile, ReplayedFile> _syncedNames = [];
    private readonly List<NameChange> _pendingNames = [];
    private readonly Dictionary<ulong, (long Start, ReplayedFile? File)> _syncs = [];
    private int _next;

    // What the log tells of the WAL before this position is on the disk.
    public long SyncedWalPosition { get; private set; }

    public void AdvanceTo(long position)
    {
        while (_next < records.Count && records[_next].End <= position)
        {
            Apply(records[_next++]);
        }
    }

    public Dictionary<LoggedFile, byte[]> Lose(Remains remains, Random random)
    {
        var names = new Dictionary<LoggedFile, ReplayedFile>(_syncedNames);
        var kept = remains switch
        {
            Remains.Nothing => 0,
            Remains.Everything => _pendingNames.Count,
            _ => random.Next(_pendingNames.Count + 1),
        };
        Change(names, _pendingNames.Take(kept));
        return names.OrderBy(name => name.Key).ToDictionary(name => name.Key, name => name.Value.Lose(remains, random));
    }

    private static void Change(Dictionary<LoggedFile, ReplayedFile> names, IEnumerable<NameChange> changes)
    {
        foreach (var (_, name, file) in changes)
        {
            names.Remove(name);
            if (file is not null)
            {
                names.Add(name, file);
            }
        }
    }

    private void Apply(in LogRecord record)
    {
        var file = _files.GetValueOrDefault(record.File);
        switch (record.Call)
        {
            case LoggedCall.Create:
                _files[record.File] = file = new ReplayedFile();
                _pendingNames.Add(new NameChange(record.Start, record.File, file));
                break;
            case LoggedCall.Unlink:
                _files.Remove(record.File);
                _pendingNames.Add(new NameChange(record.Start, record.File, null));
                break;
            case LoggedCall.Write:
                Known(file, record).Write(record.Start, record.Offset, record.Data);
                break;
            case LoggedCall.Truncate:
                Known(file, record).Truncate(record.Start, record.Offset);
                break;
            case LoggedCall.SyncBegin:
                _syncs[record.Sync] = (record.Start, file);
                break;
            case LoggedCall.SyncEnd when _syncs.Remove(record.Sync, out var sync):
                EndSync(sync.Start, sync.File, record.File);
                break;
            default:
                throw new ChaosException($"the write log tells of {record.Call} at byte {record.Start}");
        }
    }

    private static ReplayedFile Known(ReplayedFile? file, in LogRecord record) =>
        file ?? throw new ChaosException($"the write log changes {record.File} before it is made, at {record.Start}");

    private void EndSync(long start, ReplayedFile? file, LoggedFile name)
    {
        file?.Sync(start);
        Change(_syncedNames, _pendingNames.TakeWhile(change => change.Position < start));
        _pendingNames.RemoveAll(change => change.Position < start);
        if (name == LoggedFile.WriteAheadLog)
        {
            SyncedWalPosition = Math.Max(SyncedWalPosition, start);
        }
    }
}

internal enum Remains
{
    Nothing,
    Everything,
    Pages, // Of each page of 4096 bytes one of the versions since the last sync.
    Sectors, // Of each sector of 512 bytes one of the versions since the last sync: torn pages.
    Newest, // The pages written last; those written before them are as they were synced.
}

// File: what it names from now on; null when it is deleted.
internal readonly record struct NameChange(long Position, LoggedFile Name, ReplayedFile? File);

// A file as it grows while the log is replayed: what surely is on the disk, and what may be.
[SuppressMessage("Design", "CA1001", Justification = "A MemoryStream holds nothing that has to be given back.")]
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

    public byte[] Lose(Remains remains, Random random)
    {
        if (remains == Remains.Nothing || _pending.Count == 0)
        {
            return _synced.ToArray();
        }

        if (remains == Remains.Everything)
        {
            using var all = new MemoryStream();
            _synced.WriteTo(all);
            _pending.ForEach(write => write.ApplyTo(all));
            return all.ToArray();
        }

        var steps = random.Next(_pending.Count + 1);
        var lost = new byte[steps == 0 ? _synced.Length : _pending[steps - 1].Length];
        _synced.GetBuffer().AsSpan(0, (int)Math.Min(lost.Length, _synced.Length)).CopyTo(lost);
        var blockBytes = remains == Remains.Sectors ? SectorBytes : PageBytes;
        var newestFrom = random.Next(_pending.Count);
        foreach (var (block, writes) in ChangedBlocks(blockBytes))
        {
            var at = block * blockBytes;
            if (at >= lost.Length)
            {
                continue;
            }

            var kept = remains != Remains.Newest ? random.Next(writes.Count + 1)
                : writes[^1] >= newestFrom ? writes.Count
                : 0;
            foreach (var index in writes.Take(kept))
            {
                _pending[index].ApplyTo(lost.AsSpan((int)at, (int)Math.Min(blockBytes, lost.Length - at)), at);
            }
        }

        return lost;
    }

    // A disk writes whole blocks, each with all that was in it at some moment: by block, the writes that change it.
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

// Offset: where is written; for a change of length, from where on the file is zeros. Data: what is written; empty for a
// change of length.
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
