namespace Rinha.LoadTest.Chaos.PowerLoss;

/// <summary>A write or a change of length that the disk may not have yet.</summary>
/// <param name="Position">Where the log tells of it.</param>
/// <param name="Offset">Where is written; for a change of length, from where on the file is zeros.</param>
/// <param name="Data">What is written; empty for a change of length.</param>
/// <param name="LengthBefore">How long the file was before.</param>
/// <param name="Length">How long the file is afterwards.</param>
internal readonly record struct PendingWrite(
    long Position, long Offset, ReadOnlyMemory<byte> Data, long LengthBefore, long Length)
{
    /// <summary>Where the changed bytes end.</summary>
    public long End => Data.IsEmpty ? Math.Max(LengthBefore, Offset) : Offset + Data.Length;

    /// <summary>Makes the change in a piece of the file.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="at">Where in the file it begins.</param>
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
