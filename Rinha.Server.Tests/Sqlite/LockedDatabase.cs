namespace Rinha.Server.Tests.Sqlite;

/// <summary>Another program that holds the database's write lock until it is disposed.</summary>
internal sealed class LockedDatabase : IDisposable
{
    private readonly Database _database;

    private LockedDatabase(Database database) => _database = database;

    public static LockedDatabase Of(string path)
    {
        var database = Database.Open(path);
        database.Execute("BEGIN IMMEDIATE");
        return new LockedDatabase(database);
    }

    public void Dispose()
    {
        _database.Execute("ROLLBACK");
        _database.Dispose();
    }
}
