namespace Rinha.LoadTest.Chaos.PowerLoss;

/// <summary>What a record of the write log tells of, as the fault library numbers it.</summary>
internal enum LoggedCall
{
    /// <summary>Bytes were written.</summary>
    Write = 1,

    /// <summary>The file was made shorter or longer.</summary>
    Truncate,

    /// <summary>What was written before is on its way to the disk.</summary>
    SyncBegin,

    /// <summary>It has arrived.</summary>
    SyncEnd,

    /// <summary>The file's name was deleted.</summary>
    Unlink,

    /// <summary>The file was made.</summary>
    Create,
}
