namespace Rinha.Server.Sqlite;

/// <summary>What a commit waits for (https://www.sqlite.org/pragma.html#pragma_synchronous).</summary>
public enum Synchronous
{
    /// <summary>The kernel has the transaction: it survives a crash of every process, not a loss of power.</summary>
    Normal,

    /// <summary>The disk has the transaction: it survives a loss of power too.</summary>
    Full,
}
