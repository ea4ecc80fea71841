namespace Rinha.LoadTest.Top;

/// <summary>The ledger during an interval, over all instances; what nobody says is missing.</summary>
/// <param name="CommittedPerSecond">Transactions committed per second.</param>
/// <param name="RefusedPerSecond">Transactions refused per second.</param>
/// <param name="BatchMean">How many writes a commit had on average.</param>
/// <param name="BatchP99">The 99th percentile of that.</param>
/// <param name="CommitP99">The 99th percentile of the time a commit took, in seconds.</param>
/// <param name="GateP50">The median of the wait for the gate, in seconds.</param>
/// <param name="GateP99">The 99th percentile of it.</param>
/// <param name="CheckpointsPerSecond">Checkpoints per second.</param>
/// <param name="CheckpointP99">The 99th percentile of the time a checkpoint took, in seconds.</param>
/// <param name="QueuedWrites">Writes that wait now, in all queues together.</param>
/// <param name="WalBytes">The size of the write-ahead log, which the instances share.</param>
/// <param name="DatabaseBytes">The size of the database, which they share as well.</param>
internal sealed record LedgerFigures(
    double CommittedPerSecond,
    double RefusedPerSecond,
    double? BatchMean,
    double? BatchP99,
    double? CommitP99,
    double? GateP50,
    double? GateP99,
    double CheckpointsPerSecond,
    double? CheckpointP99,
    double? QueuedWrites,
    double? WalBytes,
    double? DatabaseBytes);
