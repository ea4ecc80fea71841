namespace Rinha.Server;

/// <summary>Every bound that the server chooses; those of the contest and the kernel are where they are used.</summary>
public static class Limits
{
    // The contract. Amounts are in cents.

    // 2^53 - 1: the largest integer that every JSON reader keeps exactly (RFC 8259 §6).
    public const long AmountCentsMax = 9_007_199_254_740_991;

    // A path whose account has more digits is 404. A number of 18 digits fits into 64 bits: 2^63 - 1 has 19.
    public const int AccountDigitsMax = 18;
    public const long AccountIdMax = 999_999_999_999_999_999;

    // In one command and hence one commit, for which all other writes wait.
    public const int AccountsAddedMax = 1_000_000;

    // A UUID takes 36 characters, a SHA-256 in hexadecimal 64.
    public const int IdempotencyKeyLengthMax = 64;
    public const int IdempotencyKeptHours = 24;

    // With this many unexpired keys the next one is refused with 503. They take some 140 bytes each, 1.4 GB in all;
    // 115 new keys a second, on average, reach it.
    public const long IdempotencyKeysMax = 10_000_000;

    // The transactions from one entry point of a client's history to the next (schema.sql: marcos).
    public const int HistoryMarkEvery = 64;
    public const int HistoryEntriesMax = 100;
    public const int HistoryEntriesDefault = 20;

    // X-Request-Id: a UUID has 36 characters, a W3C traceparent 55. A longer one is not worth its log lines.
    public const int RequestIdLengthMax = 128;

    // HTTP and connections.

    // A transaction takes about 60 bytes, at most a few hundred when escaped.
    public const int BodyBytesMax = 4096;

    // The longest request line that a client needs, a history page's, has 89 bytes.
    public const int RequestLineBytesMax = 2048;
    public const int RequestHeadersBytesMax = 8192;
    public const int RequestHeaderCountMax = 64;
    public const int RequestHeadersTimeoutMs = 10_000;

    // Longer than the load balancer keeps its own idle connections (60 s), so that the server never closes one while a
    // request is on its way.
    public const int KeepAliveTimeoutMs = 130_000;

    // The kernel caps it at net.core.somaxconn.
    public const int ListenBacklog = 4096;

    // The delay before the retry of a failed accept (no free descriptor, say).
    public const int AcceptRetryMs = 100;

    // Bytes that a connection has received and Kestrel has not read yet; further ones stay in the kernel until it does.
    // Kestrel's own limits refuse a request long before it is so large.
    public const int InputBytesMax = 64 * 1024;

    // Further connections are closed at once. An idle connection takes 8 KB: 96 MB of a 250MB container.
    public const int ConnectionsMax = 12_288;

    // Kestrel's connections that are kept for the next clients, and how long: much shorter than KeepAliveTimeoutMs,
    // which goes on from the last client's request.
    public const int VacantConnectionsMax = 64;
    public const int VacantConnectionMs = 5000;

    // One for each connection, and 256 for everything else, of which a running server uses some 60.
    public const int DescriptorsMax = ConnectionsMax + 256;

    // Receives and reads in one slice, before the other connections get theirs: some 0.2 ms. Without pipelining a
    // request takes two.
    public const int StepsPerSliceMax = 16;

    // How many times the event loop polls for more to do before it sleeps: some 10 us.
    public const int IdlePollsMax = 10;

    // How many polls may bring a round no further write before it commits those it has: some 20 us. A lone write does
    // not wait if the round before it waited for a second write and got none.
    public const int GatherEmptyPollsMax = 12;

    // Writes and the gate between the processes.

    // Further writes are refused with 503. A full queue is over 0.5 s of work at full speed. A power of two: the queue
    // is a ring whose index is masked.
    public const int QueuedWritesMax = 16_384;

    // The writes of one commit: few enough that the other process waits only some 2 ms for its turn, and enough to
    // share a commit's cost.
    public const int BatchWritesMax = 256;

    // The longest wait for the ledger's lock, then 503; and the interval of the search for overdue writes.
    public const int BusyTimeoutMs = 5000;
    public const int BusyCheckIntervalMs = 250;

    // Gate instances of all processes: each has a bit of a 32-bit word. A process has two, and a third while it starts.
    public const int GateInstancesMax = 31;

    // How many times a round retries the gate, yielding the CPU in between, before it hands its writes over to the
    // writer's thread.
    public const int GateTriesMax = 40;

    // How many times in a row the instance that was inside last defers to one that has asked since; and how long a
    // deferral lasts at most: many times as long as a wake-up takes.
    public const int GateDeferralsMax = 8;
    public const int GateDeferralMs = 1;

    // How many times in a row a waiter may wake to a gate that is taken again, before all others defer to it.
    public const int GateLateWakesMax = 3;

    // How long a waiter sleeps before it checks that the gate's holder is alive.
    public const int GateDeathCheckMs = 20;

    // Stopping.

    // The largest RINHA_DRAIN_DELAY_MS.
    public const int DrainDelayMsMax = 60_000;

    // The longest drain, in which each connection ends with the answer to its next request; how long without an answer
    // or a closed connection ends it early; and the interval of that check.
    public const int DrainTimeoutMs = 2000;
    public const int DrainQuietMs = 500;
    public const int DrainPollMs = 5;

    // The timeout of requests in progress after that: one that waits for a lock has its answer by then.
    public const int StopTimeoutMs = 6000;

    // The timeout of the writer's and the checkpointer's thread: one that still runs is waiting for a lock.
    public const int WriterStopTimeoutMs = 2000;

    // Operation.

    // The largest RINHA_SLOW_REQUEST_MS and the longest --healthcheck-hold: an hour.
    public const int SlowRequestMsMax = 3_600_000;
    public const int HealthCheckHoldSecondsMax = 3600;
    public const int HealthCheckTimeoutMs = 2000;

    // How many pulses a service manager gets in its watchdog's timeout: the event loop may miss all but one.
    public const int WatchdogPulses = 4;

    // A container of this age has passed its first health checks, which must not be delayed.
    public const int HealthCheckSettledMs = 3000;

    // The shortest time between two log lines of one cause, for causes as frequent as requests.
    public const int LogIntervalMs = 1000;

    // SQLite.

    // Holds the hot pages of thousands of accounts, and fits into a 250MB container.
    public const int WriterCacheKib = 8192;

    // SQLite drops a reader's cache whenever another connection has committed, so it holds only what one read needs: at
    // most 163 pages of a history and the inner pages above them.
    public const int ReaderCacheKib = 2048;

    // A start writes the gate, the WAL's index (32 KiB), a new ledger and its WAL (some 50 KiB). If it fails with less
    // than this left on the disk, the disk is full.
    public const long StartDiskBytesMin = 128 * 1024;

    // The page size of a new ledger, as in schema.sql: each changed page goes to the WAL whole.
    public const int PageBytes = 2048;

    // The size to which a WAL that starts over is truncated; and the pages at which a checkpoint starts.
    public const long WalBytesKept = 64L * 1024 * 1024;
    public const int CheckpointPages = 1024;

    // The interval of checks whether another process's checkpoint is over.
    public const int CheckpointPollMs = 10;

    // A checkpoint makes passes until one syncs in less than this, and at most so many: the final pass may sync inside
    // the gate.
    public const long CheckpointSyncNs = 5_000_000;
    public const int CheckpointPassesMax = 3;

    // The audit of a backup runs this many steps of SQLite's virtual machine (some 1 ms), then sleeps, so that it takes
    // a fifth of a processor.
    public const int AuditYieldSteps = 40_000;
    public const int AuditYieldMs = 4;

    // An audit's cache, for the ledger and again for its temporary tables; and how many findings it lists.
    public const int AuditCacheKib = 8192;
    public const int AuditFindingsMax = 20;

    // A backup copies 1 MiB in a step, then pauses: some 100 MB/s.
    public const int BackupStepPages = 1024 * 1024 / PageBytes;
    public const int BackupPauseMs = 8;

    // After so many steps (16 MiB) the backup syncs, so that no other fsync has to wait for more of its writes.
    public const int BackupSyncSteps = 16;

    // What an export gathers before it writes, and the longest line that an import reads: the longest of an export has
    // some 600 bytes.
    public const int ExportBufferBytes = 64 * 1024;

    // A backup gives up when the WAL has outgrown this, or the database if that is larger; past a quarter of the bound
    // it no longer pauses.
    public const long BackupWalBytesMax = 1024L * 1024 * 1024;

    // PostgreSQL.

    // With Citus: a process has a writer for each shard, with a thread, a connection, and 128 KiB for its queue. A
    // batch is one shard's, so more shards make smaller batches. 32 is Citus's default.
    public const int PostgresShardsMax = 32;

    // A process's connections for reads; one more, or one for each shard, is for writes alone.
    public const int PostgresReadConnectionsMax = 8;

    // The connections of these that read statements, and the most statements of one round trip. Those that wait for one
    // share the next: a third connection would make more, smaller round trips of the same work.
    public const int PostgresStatementBatchesMax = 2;
    public const int PostgresStatementReadsMax = 64;

    // The timeout of a new connection. All of these together are less than the 15 s after which a load balancer gives
    // up: 5.25 s in the queue, the ping, this, and a batch.
    public const int PostgresConnectSeconds = 1;

    // The interval at which several hosts are asked which of them is the primary.
    public const int PostgresHostsIntervalMs = 1000;

    // The timeout of a command, and of all tries of a batch together (less than a second more): the 5 s of lock_timeout
    // and one for the work. With the connection's ping and a new one, a write that waited has its answer within 14.3 s.
    public const int PostgresCommandSeconds = (BusyTimeoutMs / 1000) + 1;

    // How long the writer waits at most for a batch as large as the last ones, in steps: a batch costs PostgreSQL as
    // much as 20 posts more in one, and its clients post again in well under 2 ms.
    public const uint PostgresGatherStepUs = 250;
    public const int PostgresGatherStepsMax = 8;

    // RINHA_DATABASE_WAIT: an hour. And the delay between a starting instance's tries to connect.
    public const int PostgresWaitSecondsMax = 3600;
    public const int PostgresWaitRetryMs = 250;

    // A starting instance's tries, and the delay between them, while another one creates the tables: 5 s in all.
    public const int PostgresSchemaTriesMax = 50;
    public const int PostgresSchemaRetryMs = 100;

    // The interval at which expired keys are dropped, how many in one statement, and its timeout: no request waits.
    public const int PostgresKeysIntervalMs = 60_000;
    public const int PostgresKeysDroppedMax = 10_000;
    public const int PostgresKeysSeconds = 60;

    // The most tries of a read that conflicts with writes.
    public const int PostgresReadTriesMax = 50;

    // If a batch took longer to fail, the writes that wait for the next one fail with it.
    public const int PostgresSlowFailureMs = 500;

    // The keepalive interval of an idle connection; after how long without a batch the writer pings first, and pings
    // even without a write, to notice a lost database long before an alert's 15 s; and the ping's timeout.
    public const int PostgresKeepAliveSeconds = 10;
    public const int PostgresPingAfterMs = 1000;
    public const int PostgresIdlePingMs = 5000;
    public const int PostgresPingTimeoutSeconds = 1;

    // The most prepared statements on each connection; the server has fewer.
    public const int PostgresStatementsMax = 16;

    // The longest delay before the retry of a batch that conflicted with another one.
    public const int PostgresRetryDelayMsMax = 10;
}
