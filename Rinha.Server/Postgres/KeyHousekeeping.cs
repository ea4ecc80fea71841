using Rinha.Server.Telemetry;

namespace Rinha.Server.Postgres;

// Deletes expired idempotency keys and counts the rest, once a minute on the thread pool, so that it delays no request.
// Several instances may run it at once.
internal sealed class KeyHousekeeping : IDisposable
{
    private const long MicrosecondsPerHour = 3_600_000_000;

    private readonly PostgresHosts _hosts;
    private readonly ThrottledErrorLog _errors;
    private readonly long _keysMax;
    private readonly Timer _timer;

    public KeyHousekeeping(PostgresHosts hosts, ThrottledErrorLog errors, long keysMax = Limits.IdempotencyKeysMax)
    {
        _keysMax = keysMax;
        _hosts = hosts;
        _errors = errors;
        _timer = new Timer(_ => _ = RunAsync(), null, Limits.PostgresKeysIntervalMs, Limits.PostgresKeysIntervalMs);
    }

    // Whether the number of keys was at its limit when last counted.
    public bool IsFull { get; private set; }

    public void Dispose() => _timer.Dispose();

    // Deletes the expired keys and counts the others.
    public async Task RunAsync()
    {
        try
        {
            while (await DeleteExpiredAsync() == Limits.PostgresKeysDroppedMax)
            {
            }

            await using var count = _hosts.Serving.Reads.CreateCommand(
                "SELECT count(*) FROM (SELECT 1 FROM chaves LIMIT $1) AS guardadas").With(_keysMax);
            count.CommandTimeout = Limits.PostgresKeysSeconds;
            IsFull = (long)(await count.ExecuteScalarAsync())! >= _keysMax;
        }
        catch (Exception error) when (PostgresFailure.IsStorageFailure(error))
        {
            if (!PostgresFailure.IsRetryable(error))
            {
                _errors.Write(error);
            }
        }
    }

    // Uses the database's clock, which all hosts share.
    private async Task<int> DeleteExpiredAsync()
    {
        await using var delete = _hosts.Serving.Reads.CreateCommand("""
            DELETE FROM chaves WHERE (cliente_id, chave) IN (
              SELECT cliente_id, chave FROM chaves
              WHERE criada_em < CAST(extract(epoch FROM now()) * 1000000 AS BIGINT) - $1
              ORDER BY criada_em LIMIT $2)
            """).With(Limits.IdempotencyKeptHours * MicrosecondsPerHour, Limits.PostgresKeysDroppedMax);
        delete.CommandTimeout = Limits.PostgresKeysSeconds;
        return await delete.ExecuteNonQueryAsync();
    }
}
