namespace Rinha.Chaos.PowerLoss;

/// <summary>Repeats what the write log tells of, up to a moment, and says what the disk may have if the power goes
/// then. What was written before a sync that has ended is there. Anything else is there or not, block by block. Names
/// are made and deleted in their order, and those before a sync that has ended stay so, as in a journal of
/// metadata.</summary>
internal sealed class Replay(IReadOnlyList<LogRecord> records)
{
    private readonly Dictionary<LoggedFile, ReplayedFile> _files = [];
    private readonly Dictionary<LoggedFile, ReplayedFile> _syncedNames = [];
    private readonly List<NameChange> _pendingNames = [];
    private readonly Dictionary<ulong, (long Start, ReplayedFile? File)> _syncs = [];
    private int _next;

    /// <summary>What the log tells of the WAL before this position is on the disk.</summary>
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
        foreach (var change in _pendingNames.Take(kept))
        {
            Change(names, change);
        }

        return names.OrderBy(name => name.Key).ToDictionary(name => name.Key, name => name.Value.Lose(remains, random));
    }

    private static void Change(Dictionary<LoggedFile, ReplayedFile> names, NameChange change)
    {
        if (change.File is null)
        {
            names.Remove(change.Name);
        }
        else
        {
            names[change.Name] = change.File;
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
        foreach (var change in _pendingNames.TakeWhile(change => change.Position < start))
        {
            Change(_syncedNames, change);
        }

        _pendingNames.RemoveAll(change => change.Position < start);
        if (name == LoggedFile.WriteAheadLog)
        {
            SyncedWalPosition = Math.Max(SyncedWalPosition, start);
        }
    }
}

/// <summary>A name made or deleted in the directory, perhaps on the disk.</summary>
/// <param name="File">What it names from now on; <see langword="null"/> when it is deleted.</param>
internal readonly record struct NameChange(long Position, LoggedFile Name, ReplayedFile? File);

/// <summary>What of the writes that nobody has synced is on the disk when the power goes.</summary>
internal enum Remains
{
    Nothing,
    Everything,
    Pages, // Of each page of 4096 bytes one of the versions since the last sync.
    Sectors, // Of each sector of 512 bytes one of the versions since the last sync: torn pages.
    Newest, // The pages written last; those written before them are as they were synced.
}
