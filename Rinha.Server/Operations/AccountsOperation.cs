using System.CommandLine;
using Rinha.Server.Ledger;
using Rinha.Server.Postgres;
using Rinha.Server.Sqlite;
using Rinha.Server.Sqlite.Upkeep;

namespace Rinha.Server.Operations;

// accounts list|show|add|set-limit|close. Running instances see a change at once.
internal static class AccountsOperation
{
    private const int FlushBytes = 64 * 1024;

    public static Command Create(SettingOptions settings) =>
        new("accounts", "List, add or close accounts or set their limits, even while instances run.")
        {
            CreateList(settings), CreateShow(settings), CreateAdd(settings), CreateSetLimit(settings),
            CreateClose(settings),
        };

    private static Command CreateList(SettingOptions settings)
    {
        var ids = new Argument<string?>("IDS")
        {
            Description = "An id, or FIRST..LAST [default: all].",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON array." };
        const string description = "List accounts, each with its limit, balance and number of transactions.";
        return new Command("list", description) { ids, json }.SetOperation(settings, (parsed, options) =>
        {
            var (first, last) = parsed.GetValue(ids) is { } text ? ReadRange(text) : (1, Limits.AccountIdMax);
            using var output = Console.OpenStandardOutput();
            Func<Stream, IAccounts, long, long, bool> write = parsed.GetValue(json) ? WriteJson : WriteLines;
            if (!write(output, Open(options), first, last))
            {
                Console.Error.WriteLine($"Rinha.Server: {AccountRefusal.Missing(first, last).Message}");
            }

            return ExitCode.Success;
        });
    }

    private static Command CreateShow(SettingOptions settings)
    {
        var id = IdArgument();
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        const string description = "Show an account's limit, balance and number of transactions.";
        return new Command("show", description) { id, json }.SetOperation(settings, (parsed, options) =>
        {
            var account = AccountNumbers.ReadId(parsed.GetRequiredValue(id));
            var isFound = false;
            Open(options).List(account, account, (_, limitCents, balanceCents, transactions) =>
            {
                isFound = true;
                if (parsed.GetValue(json))
                {
                    using var output = Console.OpenStandardOutput();
                    using (var writer = new Utf8JsonWriter(output))
                    {
                        WriteAccount(writer, account, limitCents, balanceCents, transactions);
                    }

                    output.Write("\n"u8);
                    return;
                }

                Console.WriteLine(
                    $"""
                    account       {account}
                    limit         {limitCents} cents
                    balance       {balanceCents} cents
                    transactions  {transactions}
                    """);
            });
            return isFound ? ExitCode.Success : throw AccountRefusal.Missing(account, account);
        });
    }

    private static Command CreateAdd(SettingOptions settings)
    {
        const string description = "Add an account, or a range of accounts, with a balance of 0.";
        return CreateLimited("add", description, settings, (accounts, first, last, cents) =>
        {
            accounts.Add(first, last, cents);
            Console.WriteLine($"{last - first + 1:N0} added, each with a limit of {cents} cents");
        });
    }

    private static Command CreateSetLimit(SettingOptions settings)
    {
        const string description =
            "Set the limit of an account or of all in a range; no balance may be below minus the new limit.";
        return CreateLimited("set-limit", description, settings, (accounts, first, last, cents) =>
        {
            var changed = accounts.SetLimit(first, last, cents);
            Console.WriteLine($"{changed:N0} changed, each with a limit of {cents} cents");
        });
    }

    private static Command CreateClose(SettingOptions settings)
    {
        var id = IdArgument();
        const string description = "Remove an account that has no balance and never had a transaction.";
        return new Command("close", description) { id }.SetOperation(settings, (parsed, options) =>
        {
            var account = AccountNumbers.ReadId(parsed.GetRequiredValue(id));
            Open(options).Close(account);
            Console.WriteLine($"account {account} was removed");
            return ExitCode.Success;
        });
    }

    private static Argument<string> IdArgument() => new("ID") { Description = "The account's id." };

    // A command on ids and a limit.
    private static Command CreateLimited(
        string name, string description, SettingOptions settings, Action<IAccounts, long, long, long> run)
    {
        var ids = new Argument<string>("IDS")
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
        return new Command(name, description) { ids, limit }.SetOperation(settings, (parsed, options) =>
        {
            var text = parsed.GetRequiredValue(ids);
            var (first, last) = ReadRange(text);
            if (last - first >= Limits.AccountsAddedMax)
            {
                throw new RefusalException($"'{text}' spans more than {Limits.AccountsAddedMax:N0} ids");
            }

            run(Open(options), first, last, AccountNumbers.ReadCents(parsed.GetRequiredValue(limit)));
            return ExitCode.Success;
        });
    }

    private static IAccounts Open(ServerOptions options) => options.Postgres is { } address
        ? new PostgresAccounts(address)
        : new AccountTable(LedgerFile.OpenExisting(options.DatabasePath));

    // Whether there are any.
    private static bool WriteLines(Stream output, IAccounts accounts, long firstId, long lastId)
    {
        using var text = new StreamWriter(output, new UTF8Encoding(false), FlushBytes, leaveOpen: true)
        {
            NewLine = "\n",
        };
        text.WriteLine($"{"id",18} {"limit",16} {"balance",20} {"transactions",14}");
        var isFound = false;
        accounts.List(firstId, lastId, (id, limitCents, balanceCents, transactions) =>
        {
            isFound = true;
            text.WriteLine($"{id,18} {limitCents,16} {balanceCents,20} {transactions,14}");
        });
        return isFound;
    }

    private static bool WriteJson(Stream output, IAccounts accounts, long firstId, long lastId)
    {
        var isFound = false;
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartArray();
            accounts.List(firstId, lastId, (id, limitCents, balanceCents, transactions) =>
            {
                isFound = true;
                WriteAccount(json, id, limitCents, balanceCents, transactions);
                if (json.BytesPending >= FlushBytes)
                {
                    json.Flush();
                }
            });
            json.WriteEndArray();
        }

        output.Write("\n"u8);
        return isFound;
    }

    private static void WriteAccount(
        Utf8JsonWriter json, long id, long limitCents, long balanceCents, long transactions)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, id);
        json.WriteNumber("limitCents"u8, limitCents);
        json.WriteNumber("balanceCents"u8, balanceCents);
        json.WriteNumber("transactions"u8, transactions);
        json.WriteEndObject();
    }

    private static (long First, long Last) ReadRange(string text)
    {
        var dots = text.IndexOf("..", StringComparison.Ordinal);
        var first = AccountNumbers.ReadId(dots < 0 ? text : text[..dots]);
        var last = dots < 0 ? first : AccountNumbers.ReadId(text[(dots + 2)..]);
        return first <= last ? (first, last) : throw new RefusalException($"FIRST..LAST must ascend, not '{text}'");
    }
}
