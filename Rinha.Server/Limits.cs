namespace Rinha.Server;

/// <summary>Every bound of the server, each named once.</summary>
public static class Limits
{
    /// <summary>
    /// The largest amount, in cents: 2^53 - 1, the largest integer that every JSON reader keeps exactly (RFC 8259
    /// §6).
    /// </summary>
    public const long AmountCentsMax = 9_007_199_254_740_991;

    /// <summary>
    /// The largest request body, in bytes; a transaction takes about 60, at most a few hundred when escaped.
    /// </summary>
    public const int BodyBytesMax = 4096;

    /// <summary>The largest request line, in bytes; the longest that is served has 53.</summary>
    public const int RequestLineBytesMax = 2048;

    /// <summary>All request headers together, in bytes.</summary>
    public const int RequestHeadersBytesMax = 8192;

    /// <summary>How many headers a request may have.</summary>
    public const int RequestHeaderCountMax = 64;

    /// <summary>How long a client may take to send its headers, in milliseconds.</summary>
    public const int RequestHeadersTimeoutMs = 10_000;

    /// <summary>
    /// How long an idle connection is kept, in milliseconds: longer than the load balancer keeps its own idle
    /// connections (60 s), so that it is never the server that closes one while a request is on its way.
    /// </summary>
    public const int KeepAliveTimeoutMs = 130_000;

    /// <summary>Connections waiting to be accepted; the kernel lowers it to net.core.somaxconn.</summary>
    public const int ListenBacklog = 4096;

    /// <summary>
    /// Open connections; the next one is closed at once. An idle one takes 8 KB: 96 MB of a 250MB container.
    /// </summary>
    public const int ConnectionsMax = 12_288;

    /// <summary>
    /// How many descriptors the process asks the kernel for: one for each connection, and 256 for the rest, of which a
    /// running server has some 60.
    /// </summary>
    public const int DescriptorsMax = ConnectionsMax + 256;

    /// <summary>
    /// Receives and reads that one connection has before all others have had their turn: some 0.2 ms. Without
    /// pipelining a request takes two.
    /// </summary>
    public const int ReadsPerTurnMax = 16;

    /// <summary>
    /// Writes waiting for the writer; the next one is refused with 503. Over 0.5 s of work at full speed.
    /// </summary>
    public const int QueuedWritesMax = 16_384;

    /// <summary>
    /// Writes of one commit: bounds how long the other process waits for its turn (some 2 ms) while the cost of the
    /// commit itself is already spread thin.
    /// </summary>
    public const int BatchWritesMax = 256;

    /// <summary>
    /// How many can have the gate open at once, over all processes: each has a bit of a 32-bit word. A process has two,
    /// and a third while it starts.
    /// </summary>
    public const int GateInstancesMax = 31;

    /// <summary>
    /// How often a round asks for the gate, letting others run in between, before it leaves its writes to the writer's
    /// thread.
    /// </summary>
    public const int GateTriesMax = 40;

    /// <summary>
    /// How often in a row whoever was inside the gate last, and tries it again, leaves the turn to another that has
    /// asked for it.
    /// </summary>
    public const int GateDeferralsMax = 8;

    /// <summary>
    /// How often in a row one that sleeps at the gate finds it taken again when it wakes up, before all others let it
    /// go first.
    /// </summary>
    public const int GateVainWakesMax = 3;

    /// <summary>
    /// How long the gate is left to one that is awaited, in milliseconds: many times what it takes to wake up.
    /// </summary>
    public const int GateDeferralMs = 1;

    /// <summary>
    /// How long to wait in front of the gate before looking whether the one inside still lives, in milliseconds.
    /// </summary>
    public const int GateDeathCheckMs = 20;

    /// <summary>
    /// How often a round looks in vain for more writes before it commits those it has: some 20 us, when the rounds
    /// before had several.
    /// </summary>
    public const int GatherLooksMax = 12;

    /// <summary>How often the event loop looks for more to do before it goes to sleep: some 10 us.</summary>
    public const int IdleLooksMax = 10;

    /// <summary>The longest idempotency key, in characters: a UUID takes 36, a SHA-256 in hexadecimal 64.</summary>
    public const int IdempotencyKeyLengthMax = 64;

    /// <summary>How long an idempotency key is kept with its answer, in hours.</summary>
    public const int IdempotencyKeptHours = 24;

    /// <summary>
    /// How many keys are kept; when none of them may be dropped yet, the next one is refused with 503. Some 140 bytes
    /// each, 1.4 GB on the disk, and on average 115 a second.
    /// </summary>
    public const long IdempotencyKeysMax = 10_000_000;

    /// <summary>Every how many transactions of a client its history can be entered (schema.sql: marcos).</summary>
    public const int HistoryMarkEvery = 64;

    /// <summary>The most transactions on one page of a client's history.</summary>
    public const int HistoryEntriesMax = 100;

    /// <summary>How many are on a page when nobody says how many.</summary>
    public const int HistoryEntriesDefault = 20;

    /// <summary>The longest wait for the ledger's lock, in milliseconds; then 503.</summary>
    public const int BusyTimeoutMs = 5000;

    /// <summary>
    /// How often waiting writes are looked through for ones past <see cref="BusyTimeoutMs"/>, in milliseconds.
    /// </summary>
    public const int BusyCheckIntervalMs = 250;

    /// <summary>
    /// How long a stopping server lets its clients leave by themselves, in milliseconds: each with the answer to its
    /// next request.
    /// </summary>
    public const int DrainTimeoutMs = 2000;

    /// <summary>After how long without a request or a leaving client there is nothing to wait for any more.</summary>
    public const int DrainQuietMs = 500;

    /// <summary>
    /// How long a stopping server then waits for requests in progress, in milliseconds: one that waits for a lock has
    /// its answer by then.
    /// </summary>
    public const int StopTimeoutMs = 6000;

    /// <summary>
    /// How long a stopping ledger waits for its writer, in milliseconds: a commit is long over by then, so what still
    /// waits is waiting for a lock.
    /// </summary>
    public const int WriterStopTimeoutMs = 2000;

    /// <summary>
    /// Page cache of the writing connection, in KiB: the hot pages of thousands of accounts in a 250MB container.
    /// </summary>
    public const int WriterCacheKib = 8192;

    /// <summary>
    /// Page cache of a reading connection, in KiB. SQLite drops it whenever another connection has committed, so a
    /// larger one would stay empty: it holds what one read needs, at most 163 pages of a history and the way to them.
    /// </summary>
    public const int ReaderCacheKib = 2048;

    /// <summary>What is left of the WAL file when it is started over, in bytes: 64 MiB.</summary>
    public const long WalBytesKept = 64L * 1024 * 1024;

    /// <summary>WAL pages (of 4 KiB) at which a checkpoint is started: 4 MiB.</summary>
    public const int CheckpointPages = 1024;

    /// <summary>How often to look whether another process's checkpoint is over, in milliseconds.</summary>
    public const int CheckpointLookMs = 10;

    /// <summary>
    /// How long a checkpoint may wait for the database file's sync beside the requests, in nanoseconds, before it makes
    /// another pass: the next sync may be inside the gate.
    /// </summary>
    public const long CheckpointSyncNs = 5_000_000;

    /// <summary>Passes beside the requests at most.</summary>
    public const int CheckpointPassesMax = 3;

    /// <summary>Connections of a process to PostgreSQL for reads; one more is for writes alone.</summary>
    public const int PostgresReadConnectionsMax = 8;

    /// <summary>
    /// How long to wait for a connection to PostgreSQL, in seconds: with the 5 s that a write may have waited and 6 s
    /// that a command may take, less than the 15 s after which a load balancer gives up.
    /// </summary>
    public const int PostgresConnectSeconds = 1;

    /// <summary>How often a read that collided with writes is made, all in all.</summary>
    public const int PostgresReadTriesMax = 50;

    /// <summary>
    /// After how long a batch has failed slowly, in milliseconds: whoever waits for the next one is refused with it.
    /// </summary>
    public const int PostgresSlowFailureMs = 500;

    /// <summary>After how many seconds an idle connection to PostgreSQL is looked after.</summary>
    public const int PostgresKeepAliveSeconds = 10;

    /// <summary>
    /// After how long without a batch the writer's connection is tried before the next one, in milliseconds.
    /// </summary>
    public const int PostgresTryIdleMs = 1000;

    /// <summary>How long that may take, in seconds.</summary>
    public const int PostgresTryIdleSeconds = 1;

    /// <summary>How many statements are kept prepared on each connection; there are fewer.</summary>
    public const int PostgresStatementsMax = 16;

    /// <summary>
    /// The longest pause before a batch that has collided with another one is tried again, in milliseconds.
    /// </summary>
    public const int PostgresTryAgainMsMax = 10;

    /// <summary>
    /// How many steps of SQLite's machine (some 1 ms) the audit of a backup runs before it sleeps, so that it takes a
    /// quarter of a processor from those who answer requests.
    /// </summary>
    public const int AuditYieldSteps = 40_000;

    /// <summary>How long it sleeps then, in milliseconds.</summary>
    public const int AuditYieldMs = 4;

    /// <summary>How long a server may go on accepting after it was told to stop, in milliseconds.</summary>
    public const int DrainDelayMsMax = 60_000;

    /// <summary>The largest account id; a path with more digits is nobody's.</summary>
    public const long AccountIdMax = 999_999_999_999_999_999;

    /// <summary>
    /// How many accounts are added at once: they are one commit, for which all other writes wait (some 2 s).
    /// </summary>
    public const int AccountsAddedMax = 1_000_000;

    /// <summary>Pages (of 4 KiB) that a backup copies before it pauses: 1 MiB.</summary>
    public const int BackupStepPages = 256;

    /// <summary>How long a backup pauses after each step, in milliseconds: it copies 100 MB/s at most.</summary>
    public const int BackupPauseMs = 8;

    /// <summary>
    /// Steps after which a backup waits for the disk, so that what it writes never gathers in front of another's fsync:
    /// 16 MiB.
    /// </summary>
    public const int BackupSyncSteps = 16;

    /// <summary>
    /// How long the WAL may get behind a backup's snapshot, in bytes, before the backup gives up; from a quarter of it
    /// on it pauses no more. The whole of a larger database may gather.
    /// </summary>
    public const long BackupWalBytesMax = 1024L * 1024 * 1024;
}
