using Microsoft.Data.Sqlite;

namespace Rinha.LoadTest.Chaos;

/// <summary>A row of the history, whole.</summary>
/// <param name="ClientId">Whose.</param>
/// <param name="Sequence">Its number among the client's.</param>
/// <param name="AmountCents">How much.</param>
/// <param name="Kind"><c>c</c> or <c>d</c>.</param>
/// <param name="Text">Its description.</param>
/// <param name="PostedAtUs">Microseconds since 1970.</param>
internal readonly record struct PostedRow(
    long ClientId, long Sequence, long AmountCents, string Kind, string Text, long PostedAtUs)
{
    /// <summary>What it adds to the balance.</summary>
    public long SignedCents => Kind == "d" ? -AmountCents : AmountCents;

    /// <summary>Reads the whole history, in the order of its commits.</summary>
    /// <exception cref="SqliteException">The file cannot be read, or is not a ledger.</exception>
    public static List<PostedRow> ReadAll(string databasePath)
    {
        var rows = new List<PostedRow>();
        using var connection = new SqliteConnection($"Data Source={databasePath};Mode=ReadWrite;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT cliente_id, seq, valor, tipo, descricao, realizada_em FROM transacoes ORDER BY id";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(new PostedRow(
                reader.GetInt64(0),
                reader.GetInt64(1),
                reader.GetInt64(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.GetInt64(5)));
        }

        return rows;
    }
}
