using Npgsql;
using Rinha.Server.Telemetry;

namespace Rinha.Server.Postgres;

// Keeps the idempotency keys for as long as was promised and no longer, and knows whether there are too many. It looks
// once a minute, so that no request pays for it; several instances may do so.
internal sealed class KeyHousekeeping : IDisposable
{
    private const long MicrosecondsPerHour = 3_600_000_000;

    private readonly NpgsqlDataSource _source;
    private readonly ThrottledErrorLog _errors;
    private readonly long _keysMax;
    private readonly Timer _timer;

    public KeyHousekeeping(NpgsqlDataSource source, ThrottledErrorLog errors, long keysMax = Limits.IdempotencyKeysMax)
    {
        _keysMax = keysMax;
        _source = source;
        _errors = errors;
        _timer = new Timer(_ => _ = RunAsync(), null, Limits.PostgresKeysIntervalMs, Limits.PostgresKeysIntervalMs);
    }

    // Whether, a minute ago at most, so many keys were kept that there is room for no other.
    public bool AreTooMany { get; private set; }

    public void Dispose() => _timer.Dispose();

    // Drops what has been kept for long enough, and counts the rest.
    public async Task RunAsync()
    {
        try
        {
            while (await DropAsync() == Limits.PostgresKeysDroppedMax)
            {
            }

            await using var count = _source.CreateCommand(
                "SELECT count(*) FROM (SELECT 1 FROM chaves LIMIT $1) AS guardadas").With(_keysMax);
            count.CommandTimeout = Limits.PostgresKeysSeconds;
            AreTooMany = (long)(await count.ExecuteScalarAsync())! >= _keysMax;
        }
        catch (Exception error) when (PostgresFailure.IsOfStorage(error))
        {
            if (!PostgresFailure.MayBeTriedAgain(error))
            {
                _errors.Write(error);
            }
        }
    }

    // By the database's clock, so that of several hosts none with a clock of its own drops what the others keep.
    private async Task<int> DropAsync()
    {
        await using var drop = _source.CreateCommand("""
            DELETE FROM chaves WHERE chave IN (
              SELECT chave FROM chaves
              WHERE criada_em < CAST(extract(epoch FROM now()) * 1000000 AS BIGINT) - $1
              ORDER BY criada_em LIMIT $2)
            """).With(Limits.IdempotencyKeptHours * MicrosecondsPerHour, Limits.PostgresKeysDroppedMax);
        drop.CommandTimeout = Limits.PostgresKeysSeconds;
        return await drop.ExecuteNonQueryAsync();
    }
}
