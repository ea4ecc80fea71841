using Rinha.Server.Ledger;

namespace Rinha.Server.Sqlite.Upkeep;

// Reads all rows of a ledger in one snapshot, for an export. Sorting the history spills to temporary files, and the
// write-ahead log cannot start over until the last row has been read.
internal static class LedgerExport
{
    public static IEnumerable<LedgerRow> Read(LedgerFile file)
    {
        using var database = LedgerFile.OpenSnapshot(file.Path);
        foreach (var table in LedgerTable.All)
        {
            using var rows = new PreparedStatement(database, table.Select("BINARY"));
            int result;
            while ((result = rows.Step()) == SqliteResult.Row)
            {
                yield return new LedgerRow(table, ReadCells(rows, table.Columns));
            }

            if (result != SqliteResult.Done)
            {
                throw database.Error($"read {table.Name}");
            }
        }
    }

    private static LedgerCell[] ReadCells(PreparedStatement row, IReadOnlyList<LedgerColumn> columns)
    {
        var cells = new LedgerCell[columns.Count];
        for (var index = 0; index < cells.Length; index++)
        {
            cells[index] = row.IsNull(index) ? default
                : columns[index].IsText ? new LedgerCell(null, row.Bytes(index).ToArray())
                : new LedgerCell(row.Int64(index));
        }

        return cells;
    }
}
