using System.Buffers.Binary;
using Rinha.Chaos;
using Rinha.Chaos.PowerLoss;

namespace Rinha.LoadTest.Tests.Chaos;

// What a disk may hold, and what it must hold, after a power loss.
public sealed class ReplayTests
{
    private const LoggedFile Database = LoggedFile.Database;
    private const LoggedFile Wal = LoggedFile.WriteAheadLog;
    private const int Page = 4096;
    private const int Sector = 512;

    [Fact]
    public void A_change_after_the_sync_never_damages_synced_bytes_beside_it()
    {
        var log = new SyntheticLog().Create(Database).Write(Database, 0, 3 * Page, 1).Sync(Database)
            .Write(Database, Page, 100, 2);

        Assert.All(Enum.GetValues<UnsyncedData>().SelectMany(unsynced => log.Lose(unsynced)), file =>
        {
            Assert.Equal(3 * Page, file!.Length);
            Assert.True(file.AsSpan(0, Page).IndexOfAnyExcept((byte)1) < 0);
            Assert.True(file.AsSpan(Page + 100).IndexOfAnyExcept((byte)1) < 0);
            Assert.True(file.AsSpan(Page, 100).IndexOfAnyExcept(file[Page]) < 0);
        });
    }

    [Fact]
    public void Unsynced_data_may_or_may_not_survive()
    {
        var log = new SyntheticLog().Create(Database).Write(Database, 0, Page, 1).Sync(Database)
            .Write(Database, 0, Page, 2);

        Assert.All(log.Lose(UnsyncedData.Lost), file => Assert.Equal(1, file![0]));
        Assert.Equal([1, 2], FirstBytes(log.Lose(UnsyncedData.Sectors)));
    }

    [Fact]
    public void Unfinished_syncs_writes_during_one_and_syncs_of_other_files_guarantee_nothing()
    {
        var begun = New().SyncBegin(Database);
        var during = New().SyncBegin(Database).Write(Database, 0, Page, 2).SyncEnd(Database);
        var other = New().Create(Wal).Sync(Wal);

        Assert.Equal([], begun.Lose(UnsyncedData.Lost)[0]!);
        Assert.Equal(Enumerable.Repeat((byte)1, Page), during.Lose(UnsyncedData.Lost)[0]);
        Assert.Equal([], other.Lose(UnsyncedData.Lost)[0]!);

        static SyntheticLog New() => new SyntheticLog().Create(Database).Write(Database, 0, Page, 1);
    }

    [Fact]
    public void Torn_pages_are_whole_sectors()
    {
        var lost = new SyntheticLog().Create(Database).Write(Database, 0, Page, 1).Sync(Database)
            .Write(Database, 0, Page, 2).Lose(UnsyncedData.Sectors);

        Assert.All(lost, file => Assert.All(file!.Chunk(Sector), sector => Assert.Single(sector.Distinct())));
        Assert.Contains(lost, file => file![0] != file[Sector]);
    }

    [Fact]
    public void A_sector_is_from_a_single_moment()
    {
        // The second write persists only on top of the first.
        var log = new SyntheticLog().Create(Database).Write(Database, 0, Sector, 1).Sync(Database)
            .Write(Database, 0, Sector, 2)
            .Write(Database, 100, 10, 3);

        Assert.Equal(
            [(1, 1), (2, 2), (2, 3)],
            log.Lose(UnsyncedData.Sectors).Select(file => ((int)file![0], (int)file[100])).Distinct().Order());
    }

    [Fact]
    public void The_newest_write_may_survive_without_earlier_ones()
    {
        var log = new SyntheticLog().Create(Database).Write(Database, 0, 2 * Page, 1).Sync(Database)
            .Write(Database, 0, Page, 2)
            .Write(Database, Page, Page, 3);

        Assert.Equal(
            [(1, 3), (2, 3)],
            log.Lose(UnsyncedData.NewestPages).Select(file => ((int)file![0], (int)file[Page])).Distinct().Order());
    }

    [Fact]
    public void A_change_of_length_may_survive_and_leaves_zeros()
    {
        var log = new SyntheticLog().Create(Database).Write(Database, 0, 2 * Page, 1).Sync(Database)
            .Truncate(Database, Page)
            .Write(Database, 2 * Page, Page, 2);

        Assert.Equal(2 * Page, log.Lose(UnsyncedData.Lost)[0]!.Length);
        Assert.Equal(
            [Page, 2 * Page, 3 * Page], log.Lose(UnsyncedData.Sectors).Select(file => file!.Length).Distinct().Order());
        Assert.Equal(
            [0, 1],
            log.Lose(UnsyncedData.Sectors).Where(file => file!.Length >= 2 * Page).Select(file => (int)file![Page])
                .Distinct().Order());
        var all = log.Sync(Database).Lose(UnsyncedData.Lost)[0]!;
        Assert.Equal([1, 0, 2], new[] { all[0], all[Page], all[2 * Page] });
    }

    [Fact]
    public void A_replay_stops_at_the_given_position()
    {
        var log = new SyntheticLog().Create(Wal).Write(Wal, 0, 1, 1);
        var cut = log.Length;
        log.Sync(Wal).Write(Wal, 0, 1, 2).Sync(Wal);
        var replay = new Replay(log.Records);

        replay.AdvanceTo(cut);
        Assert.Equal([], replay.DataAfterLoss(UnsyncedData.Lost, new Random(1))[Wal]);
        Assert.Equal(0, replay.SyncedWalPosition);

        replay.AdvanceTo(cut + (2 * LogRecord.HeaderBytes));
        Assert.Equal([1], replay.DataAfterLoss(UnsyncedData.Lost, new Random(1))[Wal]);
        Assert.Equal(cut, replay.SyncedWalPosition);

        replay.AdvanceTo(log.Length);
        Assert.Equal([2], replay.DataAfterLoss(UnsyncedData.Lost, new Random(1))[Wal]);
    }

    [Fact]
    public void An_unfinished_record_ends_the_log_and_garbage_is_rejected()
    {
        var log = new SyntheticLog().Create(Database).Write(Database, 0, 10, 1);

        Assert.Single(WriteLog.Read(log.Bytes.AsMemory(0, log.Bytes.Length - 1)));
        Assert.Equal(2, WriteLog.Read(log.Bytes).Count);
        Assert.Throws<ChaosException>(() => WriteLog.Read(log.Bytes.AsMemory(1)));
    }

    private static IEnumerable<int> FirstBytes(List<byte[]?> files) =>
        files.Select(file => (int)file![0]).Distinct().Order();
}

// A handmade write log in the fault library's format.
internal sealed class SyntheticLog
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];
    public long Length => _bytes.Count;
    public List<LogRecord> Records => WriteLog.Read(Bytes);

    public SyntheticLog Create(LoggedFile file) => Add(LoggedCall.Create, file);

    public SyntheticLog Write(LoggedFile file, long offset, int count, byte value) =>
        Add(LoggedCall.Write, file, offset, Enumerable.Repeat(value, count).ToArray());

    public SyntheticLog Truncate(LoggedFile file, long length) => Add(LoggedCall.Truncate, file, length);

    public SyntheticLog SyncBegin(LoggedFile file) => Add(LoggedCall.SyncBegin, file, sync: 1);

    public SyntheticLog SyncEnd(LoggedFile file) => Add(LoggedCall.SyncEnd, file, sync: 1);

    public SyntheticLog Sync(LoggedFile file) => SyncBegin(file).SyncEnd(file);

    /// <summary>A file after each of many power losses; <see langword="null"/> where it does not exist.</summary>
    public List<byte[]?> Lose(UnsyncedData unsynced, LoggedFile file = LoggedFile.Database)
    {
        var random = new Random(1);
        var replay = new Replay(Records);
        replay.AdvanceTo(Length);
        return
        [
            .. Enumerable.Range(0, 200).Select(_ => replay.DataAfterLoss(unsynced, random).GetValueOrDefault(file)),
        ];
    }

    private SyntheticLog Add(LoggedCall call, LoggedFile file, long offset = 0, byte[]? data = null, ulong sync = 0)
    {
        data ??= [];
        Span<byte> header = stackalloc byte[LogRecord.HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x46524C47);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], (int)call);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], (int)file);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], 4711);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], data.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], sync);
        _bytes.AddRange(header);
        _bytes.AddRange(data);
        return this;
    }
}
