using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

// Judges a batch's posts in memory, in order: against the accounts as they are locked, and the keys as they are known.
// Gathers what is to be written. Belongs to one thread, which reuses it from batch to batch.
internal sealed class PostgresPostings
{
    private readonly Account[] _accounts = new Account[Limits.BatchWritesMax]; // In the order of _ids.
    private readonly List<long> _ids = new(Limits.BatchWritesMax); // Of the locked accounts, ascending.
    private readonly Dictionary<(long AccountId, string Key), FirstAnswer> _answers = [];

    // The rows to write, by table.
    public AccountColumns Changed { get; } = new();

    public PostColumns Transactions { get; } = new();

    public KeyColumns Keys { get; } = new();

    public void Clear()
    {
        _ids.Clear();
        _answers.Clear();
        Changed.Clear();
        Transactions.Clear();
        Keys.Clear();
    }

    // Adds a locked account; in ascending order.
    public void Add(long id, long balanceCents, long limitCents, long sequence)
    {
        _accounts[_ids.Count] = new Account(balanceCents, limitCents, sequence, sequence);
        _ids.Add(id);
    }

    // Adds a known key; again if several posts have it.
    public void Add(long accountId, string key, in FirstAnswer answer) => _answers[(accountId, key)] = answer;

    public bool IsLocked(long accountId) => _ids.BinarySearch(accountId) >= 0;

    // The rules. An accepted transaction changes the account as the next posts find it.
    public WriteOutcome Judge(PendingPost post, bool mayKeepKeys)
    {
        var place = _ids.BinarySearch(post.AccountId);
        if (place < 0)
        {
            return PostResult.UnknownAccount;
        }

        if (post.IdempotencyKey is not { } key)
        {
            return Post(ref _accounts[place], post);
        }

        if (_answers.TryGetValue((post.AccountId, key), out var first))
        {
            return first.Answers(post) ? first.Outcome with { IsReplay = true } : PostResult.KeyReused;
        }

        if (!mayKeepKeys)
        {
            return PostResult.TooManyKeys;
        }

        var outcome = Post(ref _accounts[place], post);
        _answers.Add((post.AccountId, key), new FirstAnswer(post, outcome));
        Keys.Add(post, key, outcome, _accounts[place].LimitCents);
        return outcome;
    }

    // Fills Changed, once all posts are judged.
    public void GatherChanges()
    {
        for (var place = 0; place < _ids.Count; place++)
        {
            if (_accounts[place] is var account && account.Sequence != account.SequenceBefore)
            {
                Changed.Add(_ids[place], account.BalanceCents, account.Sequence);
            }
        }
    }

    private WriteOutcome Post(ref Account account, PendingPost post)
    {
        var isAllowed = post.Kind switch
        {
            TransactionKind.Credit => account.BalanceCents <= long.MaxValue - post.AmountCents,
            TransactionKind.Debit => account.BalanceCents - post.AmountCents >= -account.LimitCents,
        };
        if (!isAllowed)
        {
            return post.Kind.Refusal();
        }

        account.BalanceCents += post.Kind.ChangeCents(post.AmountCents);
        account.Sequence++;
        Transactions.Add(post, account.Sequence);
        return new WriteOutcome(
            PostResult.Accepted,
            account.BalanceCents,
            account.LimitCents,
            post.IdempotencyKey is null ? 0 : account.Sequence);
    }

    [StructLayout(LayoutKind.Auto)]
    private record struct Account(long BalanceCents, long LimitCents, long Sequence, long SequenceBefore);
}

// The request under a key, and its first answer.
[StructLayout(LayoutKind.Auto)]
internal readonly struct FirstAnswer(
    TransactionKind kind, long amountCents, in Description description, in WriteOutcome outcome)
{
    private readonly Description _description = description;

    public FirstAnswer(PendingPost post, in WriteOutcome outcome)
        : this(post.Kind, post.AmountCents, post.Description, outcome)
    {
    }

    public WriteOutcome Outcome { get; } = outcome;

    // Whether a post under the key is the same request.
    public bool Answers(PendingPost post) =>
        post.Kind == kind
        && post.AmountCents == amountCents
        && post.Description.AsUtf8().SequenceEqual(_description.AsUtf8());
}

// Rows to write, as one list for each column: lists are array parameters, and keep their memory.
internal sealed class AccountColumns
{
    public List<long> Ids { get; } = new(Limits.BatchWritesMax);

    public List<long> BalancesCents { get; } = new(Limits.BatchWritesMax);

    public List<long> Sequences { get; } = new(Limits.BatchWritesMax);

    public void Add(long id, long balanceCents, long sequence)
    {
        Ids.Add(id);
        BalancesCents.Add(balanceCents);
        Sequences.Add(sequence);
    }

    public void Clear()
    {
        Ids.Clear();
        BalancesCents.Clear();
        Sequences.Clear();
    }
}

internal sealed class PostColumns
{
    private readonly byte[] _texts = new byte[Limits.BatchWritesMax * Description.BytesMax];
    private int _textBytes;

    public List<long> AccountIds { get; } = new(Limits.BatchWritesMax);

    public List<long> Sequences { get; } = new(Limits.BatchWritesMax); // 0 for a refusal.

    public List<long> AmountsCents { get; } = new(Limits.BatchWritesMax);

    public List<char> Kinds { get; } = new(Limits.BatchWritesMax);

    public List<ReadOnlyMemory<byte>> Descriptions { get; } = new(Limits.BatchWritesMax);

    public int Count => AccountIds.Count;

    public void Add(PendingPost post, long sequence)
    {
        AccountIds.Add(post.AccountId);
        Sequences.Add(sequence);
        AmountsCents.Add(post.AmountCents);
        Kinds.Add((char)post.Kind.Letter());
        var description = post.Description;
        var text = description.AsUtf8();
        text.CopyTo(_texts.AsSpan(_textBytes));
        Descriptions.Add(_texts.AsMemory(_textBytes, text.Length));
        _textBytes += text.Length;
    }

    public void Clear()
    {
        AccountIds.Clear();
        Sequences.Clear();
        AmountsCents.Clear();
        Kinds.Clear();
        Descriptions.Clear();
        _textBytes = 0;
    }
}

internal sealed class KeyColumns
{
    public PostColumns Posts { get; } = new();

    public List<string> Keys { get; } = [];

    public List<long> BalancesCents { get; } = [];

    public List<long> LimitsCents { get; } = [];

    public void Add(PendingPost post, string key, in WriteOutcome outcome, long limitCents)
    {
        Posts.Add(post, outcome.Sequence);
        Keys.Add(key);
        BalancesCents.Add(outcome.BalanceCents);
        LimitsCents.Add(limitCents);
    }

    public void Clear()
    {
        Posts.Clear();
        Keys.Clear();
        BalancesCents.Clear();
        LimitsCents.Clear();
    }
}
