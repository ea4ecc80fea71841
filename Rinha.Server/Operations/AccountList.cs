using Rinha.Server.Ledger;

namespace Rinha.Server.Operations;

/// <summary>The accounts as a table for people or an array for programs; written while they are read.</summary>
internal static class AccountList
{
    private const int FlushBytes = 64 * 1024;

    /// <summary>Writes all of them.</summary>
    public static void Write(Stream output, IAccounts accounts, bool asJson)
    {
        if (asJson)
        {
            WriteJson(output, accounts);
        }
        else
        {
            WriteLines(output, accounts);
        }
    }

    private static void WriteLines(Stream output, IAccounts accounts)
    {
        using var text = new StreamWriter(output, new UTF8Encoding(false), FlushBytes, leaveOpen: true)
        {
            NewLine = "\n",
        };
        text.WriteLine($"{"id",18} {"limit",16} {"balance",20} {"transactions",14}");
        accounts.List((id, limitCents, balanceCents, transactions) => text.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{id,18} {limitCents,16} {balanceCents,20} {transactions,14}")));
    }

    private static void WriteJson(Stream output, IAccounts accounts)
    {
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartArray();
            accounts.List((id, limitCents, balanceCents, transactions) =>
            {
                json.WriteStartObject();
                json.WriteNumber("id"u8, id);
                json.WriteNumber("limitCents"u8, limitCents);
                json.WriteNumber("balanceCents"u8, balanceCents);
                json.WriteNumber("transactions"u8, transactions);
                json.WriteEndObject();
                if (json.BytesPending >= FlushBytes)
                {
                    json.Flush();
                }
            });
            json.WriteEndArray();
        }

        output.Write("\n"u8);
    }
}
