namespace Rinha.Server.Tests.Sqlite;

/// <summary>The gate as an operator's commands use it: waiting for so long only, and closing it to everybody.</summary>
[Collection(RunsAlone.Name)]
public sealed class GateWaitTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string FilePath => _directory.File("rinha.db");

    [Fact]
    public void Who_waits_for_so_long_goes_away_afterwards_and_leaves_no_trace()
    {
        using var inside = new Gate(FilePath);
        using var waiting = new Gate(FilePath);
        inside.Enter();

        var waited = Stopwatch.StartNew();
        Assert.False(waiting.TryEnter(waitMs: 100));
        Assert.True(waited.ElapsedMilliseconds >= 95, "gave up before its time");

        inside.Exit();
        // Who has gone is not awaited: the turn is not kept for it.
        Assert.True(inside.TryEnter());
        inside.Exit();
        Assert.True(waiting.TryEnter(waitMs: 100));
        waiting.Exit();
    }

    [Fact]
    public void It_is_closed_to_everybody_only_while_nobody_has_it_open()
    {
        using (new Gate(FilePath))
        {
            using var early = new GateFile(FilePath + "-gate", FilePath);
            Assert.False(early.TryLockAll());
        }

        using (var closed = new GateFile(FilePath + "-gate", FilePath))
        {
            Assert.True(closed.TryLockAll());
            var refusal = Assert.Throws<IOException>(() => new Gate(FilePath));
            Assert.Contains("restore", refusal.Message, StringComparison.Ordinal);
            Assert.Throws<IOException>(() => LedgerExtensions.OpenLedger(FilePath));
        }

        new Gate(FilePath).Dispose();
    }

    [Fact]
    public void Who_checkpoints_has_it_open_too()
    {
        using var checkpointer = new GateFile(FilePath + "-gate", FilePath);
        Assert.True(checkpointer.TryLock(GateFile.CheckpointerByte));

        using var closing = new GateFile(FilePath + "-gate", FilePath);
        Assert.False(closing.TryLockAll());
    }

    public void Dispose() => _directory.Dispose();
}
