using Npgsql;
using Rinha.Server.Ledger;

namespace Rinha.Server.Postgres;

/// <summary>
/// Writes that go to the server together, in one round trip and one transaction: without BEGIN and COMMIT of its own,
/// all that is sent before a Sync is one transaction
/// (https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY). Belongs to one thread.
/// </summary>
internal sealed class PostgresBatch : IDisposable
{
    // Posts that wait for one of these locks, and those that come later, find the ledger empty. An account that is
    // added meanwhile keeps what is posted to it.
    private static readonly string[] s_reset =
    [
        "UPDATE clientes SET saldo = 0, ultima_seq = 0",
        "DELETE FROM transacoes WHERE cliente_id IN (SELECT id FROM clientes WHERE ultima_seq = 0)",
        "DELETE FROM chaves",
    ];

    private readonly NpgsqlBatch _batch = new();
    private readonly List<PostCommand> _plain = [];
    private readonly List<PostCommand> _keyed = [];
    private readonly long[] _accounts = new long[Limits.BatchWritesMax];
    private readonly int[] _order = new int[Limits.BatchWritesMax];
    private bool _mayKeepKeys;

    /// <summary>Transactions of the last run that have gone into the history.</summary>
    public int Posted { get; private set; }

    /// <summary>Transactions of the last run that the rules have turned away, those left out that came again.</summary>
    public int Refused { get; private set; }

    /// <summary>Applies all of them, or none when it throws.</summary>
    /// <param name="connection">Open, outside of a transaction.</param>
    /// <param name="writes">
    /// What is to be applied. Nobody has an answer to any of them yet, so that any order among them is right.
    /// </param>
    /// <param name="results">What became of each.</param>
    /// <param name="mayKeepKeys">Whether keys may be kept that have not come before.</param>
    /// <exception cref="NpgsqlException">See <see cref="PostgresFailure"/> for what it says.</exception>
    public void Run(
        NpgsqlConnection connection,
        ReadOnlySpan<PendingWrite> writes,
        Span<PostResult> results,
        bool mayKeepKeys)
    {
        _mayKeepKeys = mayKeepKeys;
        Fill(writes);
        _batch.Connection = connection;
        try
        {
            using var reader = _batch.ExecuteReader();
            ReadResults(reader, writes, results);
        }
        finally
        {
            _batch.Connection = null;
        }
    }

    public void Dispose() => _batch.Dispose();

    // By account, so that two batches that change the same rows never wait for each other in a circle.
    private void Fill(ReadOnlySpan<PendingWrite> writes)
    {
        _batch.BatchCommands.Clear();
        for (var index = 0; index < writes.Length; index++)
        {
            _order[index] = index;
            _accounts[index] = writes[index] is PendingPost post ? post.AccountId : long.MinValue; // Resets first.
        }

        Array.Sort(_accounts, _order, 0, writes.Length);
        var (plain, keyed) = (0, 0);
        var now = Timestamp.Now;
        foreach (var index in _order.AsSpan(0, writes.Length))
        {
            switch (writes[index])
            {
                case PendingPost { IdempotencyKey: null } post:
                    Add(_plain, plain++, isKeyed: false, post, now);
                    break;
                case PendingPost post:
                    Add(_keyed, keyed++, isKeyed: true, post, now);
                    break;
                default:
                    AddReset();
                    break;
            }
        }
    }

    private void Add(List<PostCommand> commands, int number, bool isKeyed, PendingPost post, Timestamp now)
    {
        if (number == commands.Count)
        {
            commands.Add(new PostCommand(isKeyed));
        }

        commands[number].Bind(post, now, _mayKeepKeys);
        _batch.BatchCommands.Add(commands[number].Command);
    }

    private void AddReset()
    {
        foreach (var statement in s_reset)
        {
            _batch.BatchCommands.Add(new NpgsqlBatchCommand(statement));
        }
    }

    private void ReadResults(NpgsqlDataReader reader, ReadOnlySpan<PendingWrite> writes, Span<PostResult> results)
    {
        Posted = Refused = 0;
        foreach (var index in _order.AsSpan(0, writes.Length))
        {
            if (writes[index] is not PendingPost post)
            {
                results[index] = PostResult.Accepted; // A reset has no rows: the reader begins at the first post.
                continue;
            }

            results[index] = PostCommand.Read(reader, post, _mayKeepKeys, out var isAgain);
            if (!isAgain)
            {
                Posted += results[index] == PostResult.Accepted ? 1 : 0;
                Refused += results[index] is PostResult.LimitExceeded or PostResult.BalanceOverflow ? 1 : 0;
            }

            _ = reader.NextResult();
        }

        // To the end, where the server says that it has committed.
        while (reader.NextResult())
        {
        }
    }
}
