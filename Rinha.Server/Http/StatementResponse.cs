using System.Text.Json.Serialization;
using Rinha.Server.Ledger;

namespace Rinha.Server.Http;

/// <summary>The wire form of a statement (contest API §1.2); one object is filled again and again.</summary>
internal sealed class StatementResponse
{
    /// <summary><c>saldo</c>: the statement's head.</summary>
    [JsonPropertyName("saldo")]
    public StatementHeadResponse Head { get; private set; }

    /// <summary><c>ultimas_transacoes</c>: the latest transactions, newest first.</summary>
    [JsonPropertyName("ultimas_transacoes")]
    public List<StatementEntryResponse> Entries { get; } = new(Statement.EntriesMax);

    /// <summary>Takes over what was read.</summary>
    public void Fill(Statement statement)
    {
        Head = new StatementHeadResponse(statement.BalanceCents, statement.ReadAt, statement.LimitCents);
        Entries.Clear();
        foreach (ref readonly var entry in statement.Entries)
        {
            Entries.Add(new StatementEntryResponse(entry.AmountCents, entry.Kind, entry.Description, entry.PostedAt));
        }
    }
}
