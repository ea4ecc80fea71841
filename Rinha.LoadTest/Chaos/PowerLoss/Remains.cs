namespace Rinha.LoadTest.Chaos.PowerLoss;

/// <summary>What of the writes that nobody has synced is on the disk when the power goes.</summary>
internal enum Remains
{
    /// <summary>Nothing: the disk has what was synced.</summary>
    Nothing,

    /// <summary>Everything, although nobody has waited for it.</summary>
    Everything,

    /// <summary>Of each page of 4096 bytes one of the versions since the last sync.</summary>
    Pages,

    /// <summary>Of each sector of 512 bytes one of the versions since the last sync: torn pages.</summary>
    Sectors,

    /// <summary>The pages written last; those written before them are as they were synced.</summary>
    Newest,
}
