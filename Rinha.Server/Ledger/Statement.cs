namespace Rinha.Server.Ledger;

/// <summary>One accepted transaction, as a statement lists it; the amount is positive, whatever the kind.</summary>
public readonly record struct StatementEntry(
    long AmountCents, TransactionKind Kind, Description Description, Timestamp PostedAt);

/// <summary>One accepted transaction of a history; an account's first one has the sequence 1.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct HistoryEntry(long Sequence, StatementEntry Transaction);

/// <summary>
/// An account at one instant: its balance and its newest transactions, from one snapshot. Each read overwrites the
/// object, so its owner can reuse it.
/// </summary>
public sealed class Statement
{
    /// <summary>The most transactions a statement lists (contest API: the last ten).</summary>
    public const int EntriesMax = 10;

    private readonly StatementEntry[] _entries = new StatementEntry[EntriesMax];
    private int _count;

    /// <summary>The balance in cents, at least minus <see cref="LimitCents"/>.</summary>
    public long BalanceCents { get; private set; }

    /// <summary>How far below zero the balance may go, in cents; 0 or more.</summary>
    public long LimitCents { get; private set; }

    public Timestamp ReadAt { get; private set; }

    /// <summary>The newest transactions, in descending order of sequence.</summary>
    public ReadOnlySpan<StatementEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>Empties the statement and sets its head.</summary>
    public void Begin(long balanceCents, long limitCents, Timestamp readAt) =>
        (BalanceCents, LimitCents, ReadAt, _count) = (balanceCents, limitCents, readAt, 0);

    /// <summary>Adds the next older transaction; at most <see cref="EntriesMax"/> times.</summary>
    public void Add(in StatementEntry entry) => _entries[_count++] = entry;
}

/// <summary>Part of an account's history, newest first. Each read overwrites the object.</summary>
public sealed class HistoryPage
{
    private readonly HistoryEntry[] _entries = new HistoryEntry[Limits.HistoryEntriesMax];
    private int _count;

    /// <summary>The page has transactions below this sequence, which is at least 1.</summary>
    public long BeforeSequence { get; private set; }

    /// <summary>How many are wanted, 1 to <see cref="Limits.HistoryEntriesMax"/>.</summary>
    public int EntriesWanted { get; private set; }

    public ReadOnlySpan<HistoryEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>The next page's <see cref="BeforeSequence"/>; <see langword="null"/> on the last page.</summary>
    public long? NextBefore => _count > 0 && _entries[_count - 1].Sequence > 1 ? _entries[_count - 1].Sequence : null;

    /// <summary>Empties the page and sets what is wanted.</summary>
    public void Begin(long beforeSequence, int entriesWanted) =>
        (BeforeSequence, EntriesWanted, _count) = (beforeSequence, entriesWanted, 0);

    /// <summary>Adds the next older transaction; at most <see cref="EntriesWanted"/> times.</summary>
    public void Add(in HistoryEntry entry) => _entries[_count++] = entry;
}
