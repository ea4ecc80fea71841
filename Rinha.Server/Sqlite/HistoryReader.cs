using System.Text.Unicode;
using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite;

/// <summary>
/// Reads a client's history newest first: enters it at the client's newest transaction, or at the mark next above the
/// page, and goes from each to the one before. One statement, hence one snapshot; it reads a page's rows and 63 more at
/// most, however long the history is.
/// </summary>
internal sealed class HistoryReader(Database database) : IDisposable
{
    private readonly PreparedStatement _page = database.Prepare($"""
        WITH RECURSIVE caminho (seq, valor, tipo, descricao, realizada_em, anterior) AS (
          SELECT seq, valor, tipo, descricao, realizada_em, anterior FROM transacoes WHERE id = coalesce(
            (SELECT transacao_id FROM marcos WHERE cliente_id = ?1 AND seq >= ?2 - 1 ORDER BY seq LIMIT 1),
            (SELECT ultima_id FROM clientes WHERE id = ?1))
          UNION ALL
          SELECT t.seq, t.valor, t.tipo, t.descricao, t.realizada_em, t.anterior
          FROM caminho JOIN transacoes AS t ON t.id = caminho.anterior
          LIMIT ?3 + {Limits.HistoryMarkEvery}
        )
        SELECT seq, valor, tipo, descricao, realizada_em FROM caminho WHERE seq < ?2 ORDER BY seq DESC LIMIT ?3
        """);

    /// <summary>Whether the last read found rows that hold no transactions.</summary>
    public bool FoundDamage { get; private set; }

    /// <summary>Fills the page of an account that exists.</summary>
    /// <returns>
    /// <see cref="SqliteResult.Done"/>, an extended error code, or <see cref="SqliteResult.Row"/> when
    /// <see cref="FoundDamage"/>.
    /// </returns>
    public int Read(long accountId, HistoryPage page)
    {
        _page.Bind(1, accountId);
        _page.Bind(2, page.BeforeSequence);
        _page.Bind(3, page.EntriesWanted);
        FoundDamage = false;
        int result;
        while ((result = _page.Step()) == SqliteResult.Row)
        {
            if (!TryReadEntry(out var entry))
            {
                FoundDamage = true;
                break;
            }

            page.Add(entry);
        }

        _page.Reset();
        return result;
    }

    public void Dispose() => _page.Dispose();

    private bool TryReadEntry(out HistoryEntry entry)
    {
        entry = default;
        var amountCents = _page.Int64(1);
        var kind = _page.Bytes(2);
        var isCredit = kind.SequenceEqual("c"u8);
        if (amountCents is < 1 or > Limits.AmountCentsMax
            || (!isCredit && !kind.SequenceEqual("d"u8))
            || !Utf8.IsValid(_page.Bytes(3))
            || !Description.TryCreate(_page.Bytes(3), out var description)
            || !Timestamp.TryCreate(_page.Int64(4), out var postedAt))
        {
            return false;
        }

        var transactionKind = isCredit ? TransactionKind.Credit : TransactionKind.Debit;
        entry = new HistoryEntry(
            _page.Int64(0), new StatementEntry(amountCents, transactionKind, description, postedAt));
        return true;
    }
}
