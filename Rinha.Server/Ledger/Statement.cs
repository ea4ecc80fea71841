namespace Rinha.Server.Ledger;

/// <summary>
/// An account at one instant: its balance and its latest transactions, of the same snapshot. The object is filled
/// anew by each read and holds no more than <see cref="EntriesMax"/> entries, so that its owner can use it again.
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

    /// <summary>When the statement was read.</summary>
    public Timestamp ReadAt { get; private set; }

    /// <summary>The latest transactions, newest first by sequence.</summary>
    public ReadOnlySpan<StatementEntry> Entries => _entries.AsSpan(0, _count);

    /// <summary>Empties the statement and sets its head.</summary>
    public void Begin(long balanceCents, long limitCents, Timestamp readAt)
    {
        BalanceCents = balanceCents;
        LimitCents = limitCents;
        ReadAt = readAt;
        _count = 0;
    }

    /// <summary>
    /// Adds the next older transaction; at most <see cref="EntriesMax"/> times after a <see cref="Begin"/>.
    /// </summary>
    public void Add(in StatementEntry entry) => _entries[_count++] = entry;
}
