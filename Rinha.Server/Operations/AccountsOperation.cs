using System.CommandLine;
using Rinha.Server.Ledger;
using Rinha.Server.Postgres;
using Rinha.Server.Sqlite;
using Rinha.Server.Sqlite.Upkeep;

namespace Rinha.Server.Operations;

// accounts list|add|set-limit. Running instances see a change at once.
internal static class AccountsOperation
{
    private const int FlushBytes = 64 * 1024;

    public static Command Create(SettingOptions settings) =>
        new("accounts", "List accounts, add accounts or set a limit, even while instances run.")
        {
            CreateList(settings), CreateAdd(settings), CreateSetLimit(settings),
        };

    private static Command CreateList(SettingOptions settings)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON array." };
        const string description = "List every account with its limit, balance and number of transactions.";
        return new Command("list", description) { json }.SetOperation(settings, (parsed, options) =>
        {
            using var output = Console.OpenStandardOutput();
            Action<Stream, IAccounts> write = parsed.GetValue(json) ? WriteJson : WriteLines;
            write(output, Open(options));
            return ExitCode.Success;
        });
    }

    private static Command CreateAdd(SettingOptions settings)
    {
        var ids = new Argument<string>("ID")
        {
            Description =
                $"An id from 1 to {Limits.AccountIdMax}, or FIRST..LAST: up to {Limits.AccountsAddedMax:N0} at once.",
        };
        var limit = new Option<string>("--limit")
        {
            Description = $"The limit of each account in cents, 0 to {Limits.AmountCentsMax}.",
            HelpName = "CENTS",
            Required = true,
        };
        const string description = "Add an account, or a range of accounts, with a balance of 0.";
        return new Command("add", description) { ids, limit }.SetOperation(settings, (parsed, options) =>
        {
            var (first, last) = ReadIds(parsed.GetRequiredValue(ids));
            var cents = ReadCents(parsed.GetRequiredValue(limit));
            Open(options).Add(first, last, cents);
            Console.WriteLine($"{last - first + 1:N0} added, each with a limit of {cents} cents");
            return ExitCode.Success;
        });
    }

    private static Command CreateSetLimit(SettingOptions settings)
    {
        var id = new Argument<string>("ID") { Description = "The account's id." };
        var limit = new Argument<string>("CENTS") { Description = $"The limit, 0 to {Limits.AmountCentsMax}." };
        const string description = "Set an account's limit; its balance must not be below minus the new limit.";
        return new Command("set-limit", description) { id, limit }.SetOperation(settings, (parsed, options) =>
        {
            var account = ReadId(parsed.GetRequiredValue(id));
            var cents = ReadCents(parsed.GetRequiredValue(limit));
            Open(options).SetLimit(account, cents);
            Console.WriteLine($"account {account} has a limit of {cents} cents");
            return ExitCode.Success;
        });
    }

    private static IAccounts Open(ServerOptions options) => options.Postgres is { } address
        ? new PostgresAccounts(address)
        : new AccountTable(LedgerFile.OpenExisting(options.DatabasePath, options.Synchronous));

    private static void WriteLines(Stream output, IAccounts accounts)
    {
        using var text = new StreamWriter(output, new UTF8Encoding(false), FlushBytes, leaveOpen: true)
        {
            NewLine = "\n",
        };
        text.WriteLine($"{"id",18} {"limit",16} {"balance",20} {"transactions",14}");
        accounts.List((id, limitCents, balanceCents, transactions) =>
            text.WriteLine($"{id,18} {limitCents,16} {balanceCents,20} {transactions,14}"));
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

    private static (long First, long Last) ReadIds(string text)
    {
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            return (ReadId(text), ReadId(text));
        }

        var (first, last) = (ReadId(text[..dots]), ReadId(text[(dots + 2)..]));
        return (last - first) is >= 0 and < Limits.AccountsAddedMax
            ? (first, last)
            : throw new RefusalException(
                $"FIRST..LAST must ascend and span at most {Limits.AccountsAddedMax:N0} ids, not '{text}'");
    }

    private static long ReadId(string text) =>
        TryRead(text, out var id) && id is >= 1 and <= Limits.AccountIdMax
            ? id
            : throw new RefusalException($"an account's id must be 1 to {Limits.AccountIdMax}, not '{text}'");

    private static long ReadCents(string text) =>
        TryRead(text, out var cents) && cents <= Limits.AmountCentsMax
            ? cents
            : throw new RefusalException($"a limit must be 0 to {Limits.AmountCentsMax} cents, not '{text}'");

    private static bool TryRead(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
