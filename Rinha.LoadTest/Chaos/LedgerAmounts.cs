using Microsoft.Data.Sqlite;

namespace Rinha.LoadTest.Chaos;

/// <summary>How many transactions of which amount a ledger has.</summary>
internal static class LedgerAmounts
{
    /// <summary>Reads the file: cents, and how often.</summary>
    public static IReadOnlyDictionary<long, long> Read(string databasePath)
    {
        using var connection = new SqliteConnection($"Data Source={databasePath};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT valor, COUNT(*) FROM transacoes GROUP BY valor";
        using var reader = command.ExecuteReader();
        var amounts = new Dictionary<long, long>();
        while (reader.Read())
        {
            amounts[reader.GetInt64(0)] = reader.GetInt64(1);
        }

        return amounts;
    }
}
