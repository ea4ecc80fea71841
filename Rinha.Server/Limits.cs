namespace Rinha.Server;

/// <summary>Every bound that the server chooses; what the contest or the kernel fixes is where it is used.</summary>
public static class Limits
{
    // The contract. Amounts are in cents.

    // 2^53 - 1: the largest integer that every JSON reader keeps exactly (RFC 8259 §6).
    public const long AmountCentsMax = 9_007_199_254_740_991;

    // A path with more digits is 404. So many cannot overflow: 2^63 - 1 has 19.
    public const int AccountDigitsMax = 18;
    public const long AccountIdMax = 999_999_999_999_999_999;

    // Added at once they are one commit, for which all other writes wait (some 2 s).
    public const int AccountsAddedMax = 1_000_000;

    // A UUID takes 36 characters, a SHA-256 in hexadecimal 64.
    public const int IdempotencyKeyLengthMax = 64;
    public const int IdempotencyKeptHours = 24;

    // When none of them may be dropped yet, the next one is refused with 503. Some 140 bytes each, 1.4 GB on the disk,
    // and on average 115 a second.
    public const long IdempotencyKeysMax = 10_000_000;

    // Every how many transactions of a client its history can be entered (schema.sql: marcos).
    public const int HistoryMarkEvery = 64;
    public const int HistoryEntriesMax = 100;
    public const int HistoryEntriesDefault = 20;

    // HTTP and connections.

    // A transaction takes about 60 bytes, at most a few hundred when escaped.
    public const int BodyBytesMax = 4096;

    // The longest request line that is served has 53 bytes.
    public const int RequestLineBytesMax = 2048;
    public const int RequestHeadersBytesMax = 8192;
    public const int RequestHeaderCountMax = 64;
    public const int RequestHeadersTimeoutMs = 10_000;

    // Longer than the load balancer keeps its own idle connections (60 s), so that it is never the server that closes
    // one while a request is on its way.
    public const int KeepAliveTimeoutMs = 130_000;

    // The kernel lowers it to net.core.somaxconn.
    public const int ListenBacklog = 4096;

    // The wait before the next try when nothing can be accepted (without a free descriptor, say).
    public const int AcceptRetryMs = 100;

    // Received of one connection and not yet read. Kestrel's limits refuse a request long before; the rest stays in the
    // kernel until Kestrel wants it.
    public const int InputBytesMax = 64 * 1024;

    // The next connection is closed at once. An idle one takes 8 KB: 96 MB of a 250MB container.
    public const int ConnectionsMax = 12_288;

    // One for each connection, and 256 for the rest, of which a running server has some 60.
    public const int DescriptorsMax = ConnectionsMax + 256;

    // Receives and reads of one connection before all others have had their slice: some 0.2 ms. Without pipelining a
    // request takes two.
    public const int ReadsPerSliceMax = 16;

    // How often the event loop looks for more to do before it goes to sleep: some 10 us.
    public const int IdleLooksMax = 10;

    // How often a round looks for more writes, and finds none, before it commits those it has: some 20 us, unless the
    // round before looked for a second write and found none.
    public const int GatherLooksMax = 12;

    // Writes and the gate between the processes.

    // The next write is refused with 503. Over 0.5 s of work at full speed. A power of two: the queue is a ring whose
    // index is masked.
    public const int QueuedWritesMax = 16_384;

    // One commit's: bounds how long the other process waits for its turn (some 2 ms), while the cost of the commit
    // itself is already spread thin.
    public const int BatchWritesMax = 256;

    // The longest wait for the ledger's lock; then 503. And how often waiting writes are looked through for such ones.
    public const int BusyTimeoutMs = 5000;
    public const int BusyCheckIntervalMs = 250;

    // Over all processes: each instance has a bit of a 32-bit word. A process has two, and a third while it starts.
    public const int GateInstancesMax = 31;

    // How often a round asks for the gate, letting others run in between, before it hands its writes over to the
    // writer's thread.
    public const int GateTriesMax = 40;

    // How often in a row the last one inside the gate, trying again, lets another that has asked go first; and for how
    // long: many times what it takes to wake up.
    public const int GateDeferralsMax = 8;
    public const int GateDeferralMs = 1;

    // How often in a row a sleeper at the gate wakes up to find it taken again, before all others let it go first.
    public const int GateLateWakesMax = 3;

    // How long to wait in front of the gate before looking whether the one inside still lives.
    public const int GateDeathCheckMs = 20;

    // Stopping.

    // How long a server may go on accepting after SIGTERM, at most.
    public const int DrainDelayMsMax = 60_000;

    // How long clients may leave by themselves, each with the answer to its next request; and after how long without a
    // request or a leaving client there is nothing to wait for any more.
    public const int DrainTimeoutMs = 2000;
    public const int DrainQuietMs = 500;
    public const int DrainLookMs = 5;

    // For requests in progress after that: one that waits for a lock has its answer by then.
    public const int StopTimeoutMs = 6000;

    // For the ledger's writer: a commit is long over by then, so what still waits is waiting for a lock.
    public const int WriterStopTimeoutMs = 2000;

    // Operation.

    // RINHA_SLOW_REQUEST_MS: an hour, as the longest --healthcheck-hold.
    public const int SlowRequestMsMax = 3_600_000;
    public const int HealthCheckHoldSecondsMax = 3600;
    public const int HealthCheckTimeoutMs = 2000;

    // At this age of a container the first checks, which must not be held back, have found it healthy.
    public const int HealthCheckSettledMs = 3000;

    // Between two log lines of a cause that may come with every request.
    public const int LogIntervalMs = 1000;

    // SQLite.

    // The hot pages of thousands of accounts in a 250MB container.
    public const int WriterCacheKib = 8192;

    // SQLite drops a reader's cache whenever another connection has committed, so a larger one would stay empty: it
    // holds what one read needs, at most 163 pages of a history and the way to them.
    public const int ReaderCacheKib = 2048;

    // What is left of the WAL file when it is started over; and at how many pages (of 4 KiB) a checkpoint starts.
    public const long WalBytesKept = 64L * 1024 * 1024;
    public const int CheckpointPages = 1024;

    // How often to look whether another process's checkpoint is over.
    public const int CheckpointLookMs = 10;

    // How long a checkpoint may wait for the database file's sync beside the requests before it makes another pass: the
    // next sync may be inside the gate.
    public const long CheckpointSyncNs = 5_000_000;
    public const int CheckpointPassesMax = 3;

    // The audit of a backup runs so many steps of SQLite's machine (some 1 ms), then sleeps, so that it takes a fifth
    // of a processor from those who answer requests.
    public const int AuditYieldSteps = 40_000;
    public const int AuditYieldMs = 4;

    // For the pages of an audit, and again for its temporary tables; and how many findings it keeps in words.
    public const int AuditCacheKib = 8192;
    public const int AuditFindingsMax = 20;

    // A backup copies 1 MiB in a step, then pauses: 100 MB/s at most.
    public const int BackupStepPages = 256;
    public const int BackupPauseMs = 8;

    // Steps after which it waits for the disk, so that its writes never gather in front of another's fsync: 16 MiB.
    public const int BackupSyncSteps = 16;

    // What an export gathers before it writes, and the longest line that an import reads: the longest of an export has
    // some 600 bytes.
    public const int ExportBufferBytes = 64 * 1024;

    // How long the WAL may get behind a backup's snapshot before the backup gives up; from a quarter of it on it pauses
    // no more. The whole of a larger database may gather.
    public const long BackupWalBytesMax = 1024L * 1024 * 1024;

    // PostgreSQL.

    // A process's connections for reads; one more is for writes alone.
    public const int PostgresReadConnectionsMax = 8;

    // For a new connection: with the 5 s that a write may have waited and 6 s that a command may take, less than the
    // 15 s after which a load balancer gives up.
    public const int PostgresConnectSeconds = 1;

    // How often, and how far apart, a starting instance tries again while another one makes the tables: 5 s in all.
    public const int PostgresSchemaTriesMax = 50;
    public const int PostgresSchemaTryAgainMs = 100;

    // How often expired keys are dropped, how many in one statement, and how long that may take: no request waits.
    public const int PostgresKeysIntervalMs = 60_000;
    public const int PostgresKeysDroppedMax = 10_000;
    public const int PostgresKeysSeconds = 60;

    // How often a read that collided with writes is made, all in all.
    public const int PostgresReadTriesMax = 50;

    // A batch that took longer to fail takes the writes waiting for the next one with it.
    public const int PostgresSlowFailureMs = 500;

    // After how long an idle connection is looked after; after how long without a batch the writer's is tried before
    // the next one, and how long that may take.
    public const int PostgresKeepAliveSeconds = 10;
    public const int PostgresTryIdleMs = 1000;
    public const int PostgresTryIdleSeconds = 1;

    // Statements kept prepared on each connection; there are fewer.
    public const int PostgresStatementsMax = 16;

    // Rows of one COPY of an import: the checks of the foreign key that wait for its end take some 2 MB.
    public const int PostgresCopyRows = 100_000;

    // The longest pause before a batch that has collided with another one is tried again.
    public const int PostgresTryAgainMsMax = 10;
}
