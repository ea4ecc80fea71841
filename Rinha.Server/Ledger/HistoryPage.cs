namespace Rinha.Server.Ledger;

/// <summary>
/// Part of an account's history, newest first. The object is filled anew by each read, so that its owner can use it
/// again.
/// </summary>
public sealed class HistoryPage
{
    private readonly HistoryEntry[] _entries = new HistoryEntry[Limits.HistoryEntriesMax];
    private int _count;

    /// <summary>The transactions before this sequence are wanted, at least 1.</summary>
    public long BeforeSequence { get; private set; }

    /// <summary>How many are wanted, 1 to <see cref="Limits.HistoryEntriesMax"/>.</summary>
    public int EntriesWanted { get; private set; }

    /// <summary>The transactions, newest first.</summary>
    public ReadOnlySpan<HistoryEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>Before which sequence the next page begins; <see langword="null"/> after the oldest one.</summary>
    public long? NextBefore => _count > 0 && _entries[_count - 1].Sequence > 1 ? _entries[_count - 1].Sequence : null;

    /// <summary>Empties the page and says what is wanted.</summary>
    public void Begin(long beforeSequence, int entriesWanted)
    {
        BeforeSequence = beforeSequence;
        EntriesWanted = entriesWanted;
        _count = 0;
    }

    /// <summary>Adds the next older transaction; at most <see cref="EntriesWanted"/> times.</summary>
    public void Add(in HistoryEntry entry) => _entries[_count++] = entry;
}
