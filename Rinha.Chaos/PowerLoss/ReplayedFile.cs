namespace Rinha.Chaos.PowerLoss;

/// <summary>A file as it grows while the log is replayed: what surely is on the disk, and what may be.</summary>
internal sealed class ReplayedFile
{
    private const int PageBytes = 4096;
    private const int SectorBytes = 512;

    private readonly List<PendingWrite> _pending = [];
    private byte[] _synced = [];
    private long _syncedLength;

    private long Length => _pending.Count == 0 ? _syncedLength : _pending[^1].Length;

    public void Write(long position, long offset, ReadOnlyMemory<byte> data) =>
        _pending.Add(new PendingWrite(position, offset, data, Length, Math.Max(Length, offset + data.Length)));

    public void Truncate(long position, long length) =>
        _pending.Add(new PendingWrite(position, length, default, Length, length));

    /// <summary>What the log tells of before a position is on the disk.</summary>
    public void Sync(long position)
    {
        var count = _pending.FindIndex(write => write.Position >= position);
        count = count < 0 ? _pending.Count : count;
        foreach (var write in _pending.Take(count))
        {
            _synced = Grown(_synced, Math.Max(write.Length, write.End));
            write.ApplyTo(_synced, 0);
            _syncedLength = write.Length;
        }

        _pending.RemoveRange(0, count);
    }

    public byte[] Lose(Remains remains, Random random)
    {
        if (remains == Remains.Nothing || _pending.Count == 0)
        {
            return _synced.AsSpan(0, (int)_syncedLength).ToArray();
        }

        var steps = remains == Remains.Everything ? _pending.Count : random.Next(_pending.Count + 1);
        var length = steps == 0 ? _syncedLength : _pending[steps - 1].Length;
        var lost = new byte[length];
        _synced.AsSpan(0, (int)Math.Min(length, _syncedLength)).CopyTo(lost);
        if (remains == Remains.Everything)
        {
            foreach (var write in _pending)
            {
                write.ApplyTo(lost, 0);
            }

            return lost;
        }

        var blockBytes = remains == Remains.Sectors ? SectorBytes : PageBytes;
        var newestFrom = random.Next(_pending.Count);
        foreach (var (block, writes) in ChangedBlocks(blockBytes))
        {
            var at = block * blockBytes;
            if (at >= length)
            {
                continue;
            }

            var kept = remains != Remains.Newest ? random.Next(writes.Count + 1)
                : writes[^1] >= newestFrom ? writes.Count
                : 0;
            var bytes = lost.AsSpan((int)at, (int)Math.Min(blockBytes, length - at));
            foreach (var index in writes.Take(kept))
            {
                _pending[index].ApplyTo(bytes, at);
            }
        }

        return lost;
    }

    // A disk writes whole blocks, each with all that was in it at some moment: by block, the writes that change it.
    private Dictionary<long, List<int>> ChangedBlocks(int blockBytes)
    {
        var blocks = new Dictionary<long, List<int>>();
        for (var index = 0; index < _pending.Count; index++)
        {
            var write = _pending[index];
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

    private static byte[] Grown(byte[] bytes, long length)
    {
        if (bytes.Length >= length)
        {
            return bytes;
        }

        Array.Resize(ref bytes, (int)Math.Max(length, 2L * bytes.Length));
        return bytes;
    }
}

/// <summary>A write or a change of length that the disk may not have yet.</summary>
/// <param name="Offset">Where is written; for a change of length, from where on the file is zeros.</param>
/// <param name="Data">What is written; empty for a change of length.</param>
internal readonly record struct PendingWrite(
    long Position, long Offset, ReadOnlyMemory<byte> Data, long LengthBefore, long Length)
{
    public long End => Data.IsEmpty ? Math.Max(LengthBefore, Offset) : Offset + Data.Length;

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
