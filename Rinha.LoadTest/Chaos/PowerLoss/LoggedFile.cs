namespace Rinha.LoadTest.Chaos.PowerLoss;

/// <summary>A file of the database, as the write log numbers them.</summary>
internal enum LoggedFile
{
    /// <summary>The database itself.</summary>
    Database,

    /// <summary>Its write-ahead log.</summary>
    WriteAheadLog,

    /// <summary>Its rollback journal, there while the file is made.</summary>
    Journal,
}
