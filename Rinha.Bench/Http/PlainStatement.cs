using System.Text.Json.Serialization;
using Rinha.Server.Ledger;

namespace Rinha.Bench.Http;

/// <summary>
/// The alternative to the hand-made converter: a statement as ordinary records for the source generator.
/// </summary>
internal sealed record PlainStatement(
    [property: JsonPropertyName("saldo")] PlainStatement.PlainBalance Balance,
    [property: JsonPropertyName("ultimas_transacoes")] IReadOnlyList<PlainStatement.PlainEntry> Entries)
{
    /// <summary>Makes the records, as an application would from what it has read.</summary>
    public static PlainStatement Of(Statement statement)
    {
        var entries = new List<PlainEntry>(Statement.EntriesMax);
        foreach (ref readonly var entry in statement.Entries)
        {
            entries.Add(new PlainEntry(
                entry.AmountCents,
                entry.Kind == TransactionKind.Credit ? "c" : "d",
                Encoding.UTF8.GetString(entry.Description.AsUtf8()),
                entry.PostedAt.ToUtc()));
        }

        return new PlainStatement(
            new PlainBalance(statement.BalanceCents, statement.ReadAt.ToUtc(), statement.LimitCents), entries);
    }

    /// <summary>The head.</summary>
    internal sealed record PlainBalance(
        [property: JsonPropertyName("total")] long TotalCents,
        [property: JsonPropertyName("data_extrato")] DateTime ReadAt,
        [property: JsonPropertyName("limite")] long LimitCents);

    /// <summary>One transaction.</summary>
    internal sealed record PlainEntry(
        [property: JsonPropertyName("valor")] long AmountCents,
        [property: JsonPropertyName("tipo")] string Kind,
        [property: JsonPropertyName("descricao")] string Description,
        [property: JsonPropertyName("realizada_em")] DateTime PostedAt);
}
