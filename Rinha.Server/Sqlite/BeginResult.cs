namespace Rinha.Server.Sqlite;

/// <summary>What became of the attempt to open a write transaction.</summary>
internal enum BeginResult
{
    /// <summary>Open, with the database's write lock.</summary>
    Begun,

    /// <summary>Another connection kept the lock for <see cref="Limits.BusyTimeoutMs"/>.</summary>
    Busy,

    /// <summary>The database cannot be written.</summary>
    Failed,
}
