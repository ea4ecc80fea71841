using Npgsql;
using Rinha.Server.Ledger;
using Rinha.Server.Queue;

namespace Rinha.Server.Postgres;

// Writes that are committed together, in one round trip: posts by the function lancar (schema.postgres.sql), which is a
// transaction by itself, or a reset alone. Belongs to one thread and one connection: its commands know what is prepared
// there.
internal sealed class PostgresBatch : IDisposable
{
    // Posts that wait for the row locks of its UPDATE, and later ones, find the ledger empty. An account added
    // meanwhile keeps what is posted to it.
    private static readonly string[] s_reset =
    [
        "BEGIN",
        "UPDATE clientes SET saldo = 0, ultima_seq = 0",
        "DELETE FROM transacoes WHERE cliente_id IN (SELECT id FROM clientes WHERE ultima_seq = 0)",
        "DELETE FROM chaves WHERE cliente_id IN (SELECT id FROM clientes WHERE ultima_seq = 0)",
        "COMMIT",
    ];

    private readonly NpgsqlCommand _post = new("SELECT lancar($1, $2, $3, $4, $5, $6, $7)");
    private readonly NpgsqlBatch _reset = new();
    private readonly NpgsqlParameter<long> _anAccountId = new();
    private readonly NpgsqlParameter<bool> _mayKeepKeys = new();
    private readonly NpgsqlParameter<long> _postedAt = new();

    // Of each post, in the order of the accounts.
    private readonly List<int> _places = new(Limits.BatchWritesMax);
    private readonly List<long> _accountIds = new(Limits.BatchWritesMax);
    private readonly List<long> _changesCents = new(Limits.BatchWritesMax);
    private readonly List<ReadOnlyMemory<byte>> _descriptions = new(Limits.BatchWritesMax);
    private readonly List<string?> _keys = new(Limits.BatchWritesMax); // Empty when no post has one.
    private readonly byte[] _texts = new byte[Limits.BatchWritesMax * Description.BytesMax];
    private readonly bool _isDistributed;
    private bool _isAnswered;

    public PostgresBatch(bool isDistributed = false)
    {
        _isDistributed = isDistributed;
        foreach (var sql in s_reset)
        {
            _reset.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        }

        NpgsqlParameter[] parameters =
        [
            _anAccountId, Column(_accountIds), Column(_changesCents), Column(_descriptions), Column(_keys),
            _mayKeepKeys, _postedAt,
        ];
        _post.Parameters.AddRange(parameters);
    }

    // Transactions of the last run; a request whose key is known counts as neither.
    public int Posted { get; private set; }

    public int Refused { get; private set; }

    // Whether the last run was sent, and nothing that the server has said proves that it is rolled back.
    public bool MayHaveCommitted { get; private set; }

    // Applies all writes of the batch, or none when it throws (PostgresFailure). TimeoutException: too long after
    // beganAtMs, the first try's beginning.
    public void Run(NpgsqlConnection connection, Batch batch, bool mayKeepKeys, long beganAtMs)
    {
        MayHaveCommitted = _isAnswered = false;
        Posted = Refused = 0;
        var seconds = Limits.PostgresCommandSeconds - (int)((Environment.TickCount64 - beganAtMs) / 1000);
        if (seconds <= 0)
        {
            throw new TimeoutException($"a batch took over {Limits.PostgresCommandSeconds} s");
        }

        try
        {
            switch (batch.Writes[0])
            {
                case PendingPost:
                    Gather(batch.Writes);
                    _mayKeepKeys.TypedValue = mayKeepKeys;
                    _postedAt.TypedValue = Timestamp.Now.MicrosecondsSinceEpoch;
                    _post.Connection = connection;
                    _post.CommandTimeout = seconds;
                    ReadOutcomes(batch.Writes, batch.Results, Post());
                    break;
                case PendingReset:
                    _reset.Connection = connection;
                    _reset.Timeout = seconds;
                    Reset();
                    batch.Results.Fill(PostResult.Accepted);
                    break;
                case var other:
                    throw new UnreachableException(other.ToString());
            }
        }
        catch (PostgresException error)
        {
            // A session that is ended before the answer has committed nothing, except on Citus' worker.
            MayHaveCommitted = !PostgresFailure.IsRolledBack(error, _isDistributed)
                && (_isDistributed || _isAnswered || !PostgresFailure.IsEndedByOperator(error));
            throw;
        }
    }

    public void Dispose()
    {
        _post.Dispose();
        _reset.Dispose();
    }

    private long[] Post()
    {
        MayHaveCommitted = true;
        using var rows = _post.ExecuteReader();
        _ = rows.Read();
        _isAnswered = true;
        var answers = rows.GetFieldValue<long[]>(0);
        _ = rows.NextResult(); // To the end, where the server says that it has committed: Dispose ignores a timeout.
        return answers;
    }

    private void Reset()
    {
        MayHaveCommitted = _isAnswered = true;
        try
        {
            _ = _reset.ExecuteNonQuery();
        }
        catch (PostgresException) when (_reset.Connection!.State == System.Data.ConnectionState.Open)
        {
            using var rollBack = new NpgsqlCommand("ROLLBACK", _reset.Connection);
            rollBack.CommandTimeout = Limits.PostgresPingTimeoutSeconds;
            _ = rollBack.ExecuteNonQuery();
            throw;
        }
    }

    private void Gather(ReadOnlySpan<PendingWrite> writes)
    {
        _places.Clear();
        _accountIds.Clear();
        _changesCents.Clear();
        _descriptions.Clear();
        _keys.Clear();
        var hasKeys = false;
        for (var index = 0; index < writes.Length; index++)
        {
            var post = (PendingPost)writes[index];
            var place = _accountIds.Count; // Behind the account's earlier posts.
            while (place > 0 && _accountIds[place - 1] > post.AccountId)
            {
                place--;
            }

            _accountIds.Insert(place, post.AccountId);
            _places.Insert(place, index);
            hasKeys |= post.IdempotencyKey is not null;
        }

        _anAccountId.TypedValue = _accountIds[0];
        var textBytes = 0;
        foreach (var index in _places)
        {
            var post = (PendingPost)writes[index];
            _changesCents.Add(post.Kind.ChangeCents(post.AmountCents));
            var description = post.Description;
            var text = description.AsUtf8();
            text.CopyTo(_texts.AsSpan(textBytes));
            _descriptions.Add(_texts.AsMemory(textBytes, text.Length));
            textBytes += text.Length;
            if (hasKeys)
            {
                _keys.Add(post.IdempotencyKey);
            }
        }
    }

    private void ReadOutcomes(ReadOnlySpan<PendingWrite> writes, Span<WriteOutcome> outcomes, long[] answers)
    {
        var count = writes.Length;
        for (var row = 0; row < count; row++)
        {
            var post = (PendingPost)writes[_places[row]];
            var (balance, limit, sequence) = (
                answers[count + row], answers[(2 * count) + row], answers[(3 * count) + row]);
            var outcome = answers[row] switch
            {
                1 => new WriteOutcome(
                    PostResult.Accepted, balance, limit, post.IdempotencyKey is null ? 0 : sequence),
                2 => post.Kind.Refusal(),
                3 => PostResult.UnknownAccount,
                4 => PostResult.KeyReused,
                5 => PostResult.TooManyKeys,
                6 => new WriteOutcome(PostResult.Accepted, balance, limit, sequence, IsReplay: true),
                7 => new WriteOutcome(post.Kind.Refusal(), IsReplay: true),
                var other => throw new UnreachableException($"lancar: {other}"),
            };
            outcomes[_places[row]] = outcome;
            Posted += outcome.Result == PostResult.Accepted && !outcome.IsReplay ? 1 : 0;
            Refused += outcome.IsRefusal && !outcome.IsReplay ? 1 : 0;
        }
    }

    private static NpgsqlParameter<List<T>> Column<T>(List<T> values) => new() { TypedValue = values };
}
