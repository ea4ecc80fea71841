using System.Text.Unicode;

namespace Rinha.Server.Ledger;

internal enum ColumnKind
{
    Number,
    Time, // Microseconds since 1970.
    Text,
    Description, // A text in SQLite, bytes in PostgreSQL.
}

internal sealed record LedgerColumn(string Name, ColumnKind Kind = ColumnKind.Number, bool IsNullable = false)
{
    public bool IsText => Kind is ColumnKind.Text or ColumnKind.Description;
}

// The part of a table that every ledger has, whatever stores it: what moves from one ledger to another. The rest (row
// numbers, chains, marks, newest entries) follows from it. order: the same everywhere, {0} is the collation by bytes.
internal sealed class LedgerTable(string name, string order, params IReadOnlyList<LedgerColumn> columns)
{
    private const ColumnKind Text = ColumnKind.Text;
    private const ColumnKind Time = ColumnKind.Time;

    public static readonly LedgerTable Accounts = new(
        "clientes", "id",
        new("id"), new("limite"), new("saldo"), new("ultima_seq"));

    public static readonly LedgerTable Transactions = new(
        "transacoes", "cliente_id, seq",
        new("cliente_id"), new("seq"), new("valor"), new("tipo", Text), new("descricao", ColumnKind.Description),
        new("realizada_em", Time));

    public static readonly LedgerTable Keys = new(
        "chaves", "criada_em, chave COLLATE {0}, cliente_id",
        new("chave", Text), new("cliente_id"), new("valor"), new("tipo", Text),
        new("descricao", ColumnKind.Description), new("limite"), new("saldo", IsNullable: true),
        new("criada_em", Time), new("seq", IsNullable: true));

    // In the order in which they move.
    public static readonly IReadOnlyList<LedgerTable> All = [Accounts, Transactions, Keys];

    public string Name => name;

    public IReadOnlyList<LedgerColumn> Columns => columns;

    public string ColumnNames { get; } = string.Join(", ", columns.Select(column => column.Name));

    public string Select(string byteCollation) =>
        $"SELECT {ColumnNames} FROM {Name} ORDER BY {order.Replace("{0}", byteCollation, StringComparison.Ordinal)}";
}

// A column's value: a number, a text as UTF-8, or neither (NULL).
internal readonly record struct LedgerCell(long? Number, byte[]? Text = null)
{
    public bool IsNull => Number is null && Text is null;
}

internal readonly record struct LedgerRow(LedgerTable Table, LedgerCell[] Cells);

// What has been moved so far. Adding a row checks it and its place, so that a damaged one is never moved.
internal sealed class LedgerTotals
{
    private int _table;
    private (long Account, long Sequence) _newest;

    public long Accounts { get; private set; }

    public long Transactions { get; private set; }

    public long Keys { get; private set; }

    public Int128 BalanceCents { get; private set; }

    // InvalidDataException: the row cannot be in a sound ledger, or not in this place.
    public void Add(LedgerRow row)
    {
        for (var index = 0; index < row.Cells.Length; index++)
        {
            if (!IsValid(row.Table.Columns[index], row.Cells[index]))
            {
                throw new InvalidDataException(
                    $"{row.Table.Name}: {row.Table.Columns[index].Name} is invalid in the row after {this}");
            }
        }

        while (LedgerTable.All[_table] != row.Table)
        {
            _table = _table + 1 < LedgerTable.All.Count ? _table + 1 : throw OutOfOrder(row);
        }

        if (row.Table == LedgerTable.Accounts)
        {
            Accounts++;
            BalanceCents += row.Cells[2].Number!.Value;
        }
        else if (row.Table == LedgerTable.Transactions)
        {
            var (account, sequence) = (row.Cells[0].Number!.Value, row.Cells[1].Number!.Value);
            var isNext = account == _newest.Account ? sequence == _newest.Sequence + 1
                : (account > _newest.Account || Transactions == 0) && sequence == 1;
            _newest = isNext ? (account, sequence) : throw OutOfOrder(row);
            Transactions++;
        }
        else
        {
            Keys++;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Accounts:N0} accounts, {Transactions:N0} transactions and {Keys:N0} keys");

    private static bool IsValid(LedgerColumn column, LedgerCell cell) => cell.IsNull
        ? column.IsNullable
        : column.Kind switch
        {
            ColumnKind.Number => cell.Number is not null,
            ColumnKind.Time => cell.Number is { } microseconds && Timestamp.TryCreate(microseconds, out _),
            ColumnKind.Text => cell.Text is { } text && Utf8.IsValid(text),
            ColumnKind.Description =>
                cell.Text is { } text && Utf8.IsValid(text) && Description.TryCreate(text, out _),
        };

    private InvalidDataException OutOfOrder(LedgerRow row) =>
        new($"{row.Table.Name}: the row after {this} is out of order, or one before it is missing");
}
