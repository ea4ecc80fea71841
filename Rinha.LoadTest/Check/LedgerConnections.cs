using System.Data.Common;

namespace Rinha.LoadTest.Check;

/// <summary>Short ways to ask a database.</summary>
internal static class LedgerConnections
{
    /// <summary>Runs statements whose answer nobody needs.</summary>
    public static void Execute(this DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Hands over each row of an answer.</summary>
    public static void ForEach(this DbConnection connection, string sql, Action<DbDataReader> take)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            take(reader);
        }
    }
}
