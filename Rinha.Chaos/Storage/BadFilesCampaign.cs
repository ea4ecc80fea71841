using System.Buffers.Binary;
using Rinha.Stack;

namespace Rinha.Chaos.Storage;

// A file that the server must refuse to start on. Reasons: the alternatives its message may give. ExpectedPath: the end
// of the path it must name.
internal sealed record BadFile(
    string Name,
    Action<string, byte[]> Make,
    string[] Reasons,
    string ExpectedPath = "data/rinha.db",
    bool IsUnprivileged = false)
{
    private const int VersionAt = 60;
    private const int ApplicationIdAt = 68;

    public static IReadOnlyList<BadFile> All(Random random) =>
    [
        new("garbage", (path, _) => File.WriteAllBytes(path, Garbage(random, 64 * 1024)), ["not a database"]),
        new("a text file", (path, _) => File.WriteAllText(path, "id;valor\n1;100\n"), ["not a database"]),
        new("truncated", (path, good) => File.WriteAllBytes(path, good[..(good.Length / 2)]), ["malformed"]),
        new("truncated in its header", (path, good) => File.WriteAllBytes(path, good[..50]), ["malformed"]),
        // After the magic: page size, file format, and a payload fraction that is not the required 64.
        new("damaged header", Corrupt(random, 16, 84, (21, 1)), ["not a database", "malformed"]),
        // sqlite_schema follows the header; 0xFF is not a page type.
        new("damaged schema", Corrupt(random, 100, 1000, (100, 0xFF)), ["malformed"]),
        new("another program's database", MakeForeign, ["another program"]),
        new("another application's id", Patch(ApplicationIdAt, 1), ["another program"]),
        new("an older schema", Patch(VersionAt, -3), ["never released"]),
        new("a newer schema", Patch(VersionAt, 1), ["schema version"]),
        new("no directory", (path, _) => Directory.Delete(Path.GetDirectoryName(path)!), ["not exist"], "data"),
        new("a directory", (path, _) => Directory.CreateDirectory(path), ["directory", "unable to open"]),
        new("a gate that is a directory", MakeGateDirectory, ["directory", "denied"], "data/rinha.db-gate"),
        new("an unreadable file", WithMode(UnixFileMode.None), ["denied", "unable to open"], IsUnprivileged: true),
        new("a read-only file", WithMode(UnixFileMode.UserRead), ["readonly", "read-only"], IsUnprivileged: true),
        new("a directory without permission", MakeGuardedDirectory, ["denied"], IsUnprivileged: true),
    ];

    public static byte[] Garbage(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static Action<string, byte[]> Corrupt(Random random, int at, int length, (int At, byte Value) invalid) =>
        (path, good) =>
        {
            var bytes = good.ToArray();
            Garbage(random, length).CopyTo(bytes, at);
            bytes[invalid.At] = invalid.Value;
            File.WriteAllBytes(path, bytes);
        };

    private static Action<string, byte[]> Patch(int at, int difference) => (path, good) =>
    {
        var bytes = good.ToArray();
        bytes[at + 3] = (byte)(bytes[at + 3] + difference);
        File.WriteAllBytes(path, bytes);
    };

    private static void MakeForeign(string path, byte[] good)
    {
        File.WriteAllBytes(path, []);
        using var connection = new SqliteLedgerSource(path).Open();
        connection.Execute("CREATE VIEW elsewhere AS SELECT 1");
    }

    private static void MakeGateDirectory(string path, byte[] good)
    {
        File.WriteAllBytes(path, good);
        Directory.CreateDirectory(path + "-gate");
    }

    private static Action<string, byte[]> WithMode(UnixFileMode mode) => (path, good) =>
    {
        File.WriteAllBytes(path, good);
        File.SetUnixFileMode(path, mode);
    };

    private static void MakeGuardedDirectory(string path, byte[] good)
    {
        File.WriteAllBytes(path, good);
        File.SetUnixFileMode(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}

// Starts a server on unusable files: it must refuse in one line and change nothing. Damage deep inside a ledger may
// show later: then only the requests that need the damaged page may fail.
internal static class BadFilesCampaign
{
    private const int PageBytes = 2048;
    private const int Posts = 300;
    private const string Nobody = "65534";

    private static readonly string[] s_asNobody =
        ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups"];

    // Every request needs the root of clientes; none reads the oldest page of transacoes.
    private static readonly string[] s_tables = ["clientes", "transacoes"];

    public static int Kinds => BadFile.All(new Random(0)).Count + s_tables.Length;

    public static void Run(CampaignRun run)
    {
        var good = MakeLedger(run);
        var isRoot = Environment.IsPrivilegedProcess;
        var readable = isRoot ? CopyServer(run) : Repository.Server;
        foreach (var (index, kind) in BadFile.All(run.Random).Index())
        {
            if ((kind.IsUnprivileged ? readable : Repository.Server) is { } server)
            {
                Try(run, kind, index, good, server, asNobody: kind.IsUnprivileged && isRoot);
            }
            else
            {
                run.AddResult($"not tried: {kind.Name} (an unprivileged user cannot run the server here)");
            }

            run.CountTry();
        }

        foreach (var table in s_tables)
        {
            TryDamagedPage(run, good, table);
            run.CountTry();
        }
    }

    private static byte[] MakeLedger(CampaignRun run)
    {
        using var bank = new Bank(run, new BankOptions { DataDirectory = Path.Combine(run.Directory, "good") });
        var api = bank.Apis[0];
        api.Start();
        bank.AwaitAnswer(api);
        var probes = new Probes(bank);
        for (var number = 0; number < Posts; number++)
        {
            probes.Post(api, 1 + (number % Clients));
        }

        api.Identity.Send(Signal.Terminate);
        api.WaitForEnd(out _);
        LedgerCheck.CheckClients(run, bank.Ledger);
        return File.ReadAllBytes(bank.DatabasePath);
    }

    // Permissions do not bind root, so some kinds need a copy of the server that an unprivileged user (nobody) can run.
    // Null when that user cannot.
    private static string? CopyServer(CampaignRun run)
    {
        var copy = Path.Combine(run.Directory, "server");
        _ = Tool.Run(["cp", "-r", Path.GetDirectoryName(Repository.Server)!, copy]);
        _ = Tool.Run(["chmod", "-R", "a+rX", copy]);
        var server = Path.Combine(copy, Path.GetFileName(Repository.Server));
        return Tool.Run([.. s_asNobody, server, "--version"]).Succeeded ? server : null;
    }

    private static void Try(CampaignRun run, BadFile kind, int index, byte[] good, string server, bool asNobody)
    {
        var own = Path.Combine(run.Directory, $"bad{index}");
        var data = Directory.CreateDirectory(Path.Combine(own, "data")).FullName;
        var path = Path.Combine(data, "rinha.db");
        kind.Make(path, good);
        var before = kind.IsUnprivileged && !asNobody ? new() { ["rinha.db"] = good } : FilesIn(data);
        if (asNobody)
        {
            _ = Tool.Run(["chown", "-R", Nobody, data]);
        }

        using var api = new BankProcess(
            "api01",
            Path.Combine(own, "log"),
            [.. asNobody ? s_asNobody : [], "env", $"API_PORT={run.Settings.Port}", $"DATABASE_URL={path}", server],
            "api01",
            run.Settings);
        api.Start();
        Refusal.Check(run, api, 0, kind.Name, Path.Combine(own, kind.ExpectedPath), kind.Reasons);
        _ = Tool.Run(["chmod", "-R", "u+rwX", data]); // So that an unprivileged user can read and delete them.
        var after = FilesIn(data);
        // The server creates the gate before it opens the file; SQLite creates the others to read a WAL-mode file.
        foreach (var (suffix, isHarmless) in new[] { ("-gate", true), ("-shm", true), ("-wal", false) })
        {
            var isNew = !before.ContainsKey("rinha.db" + suffix);
            if (isNew && after.TryGetValue("rinha.db" + suffix, out var bytes) && (isHarmless || bytes.Length == 0))
            {
                after.Remove("rinha.db" + suffix);
            }
        }

        run.Check(
            before.Keys.Order().SequenceEqual(after.Keys.Order())
                && before.All(file => file.Value.SequenceEqual(after[file.Key])),
            () => $"{kind.Name}: {string.Join(", ", before.Keys)}, now {string.Join(", ", after.Keys)}, or changed");
    }

    private static Dictionary<string, byte[]> FilesIn(string directory) => !Directory.Exists(directory)
        ? []
        : new DirectoryInfo(directory).EnumerateFileSystemInfos().ToDictionary(
            entry => entry.Name, entry => entry is FileInfo ? File.ReadAllBytes(entry.FullName) : []);

    private static void TryDamagedPage(CampaignRun run, byte[] good, string table)
    {
        using var bank = new Bank(run, new BankOptions { DataDirectory = Path.Combine(run.Directory, table) });
        File.WriteAllBytes(bank.DatabasePath, good);
        var at = (int)PageOf(bank.DatabasePath, table) * PageBytes;
        var garbage = BadFile.Garbage(run.Random, PageBytes);
        garbage[0] = 0xFF; // Not a page type.
        using (var file = File.OpenWrite(bank.DatabasePath))
        {
            file.Position = at;
            file.Write(garbage);
        }

        var api = bank.Apis[0];
        api.Start();
        if (!run.Check(bank.TryAwaitAnswer(api), () => $"damaged {table}: did not start: {api.Log.TrimEnd()}"))
        {
            return;
        }

        var probes = new Probes(bank);
        var expected = table == s_tables[0] ? 503 : 200;
        for (var client = 1; client <= Clients && api.IsAlive; client++)
        {
            run.CheckAnswer(probes.Statement(api, client).Answer, $"damaged {table}: a statement", expected);
            run.CheckAnswer(probes.Post(api, 2).Answer, $"damaged {table}: a post", expected);
        }

        run.Check(api.IsAlive, () => $"damaged {table}: the server exited: {api.Log.TrimEnd()}");
        api.Identity.Send(Signal.Terminate);
        run.Check(
            api.WaitForEnd(out var exitCode) && exitCode == 0, () => $"damaged {table}: exit code {exitCode}");
        var bytes = File.ReadAllBytes(bank.DatabasePath);
        run.Check(
            bytes.AsSpan(at, PageBytes).SequenceEqual(garbage), () => $"damaged {table}: the page was overwritten");
        run.Check(
            expected == 200 || bytes.AsSpan(0, at).SequenceEqual(good.AsSpan(0, at)),
            () => $"damaged {table}: other pages were changed");
    }

    // The 0-based page to damage: the root of clientes, the first child of that of transacoes.
    private static long PageOf(string path, string table)
    {
        var page = 0L;
        using (var connection = new SqliteLedgerSource(path).Open())
        {
            connection.ForEach(
                $"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'", row => page = row.GetInt64(0) - 1);
        }

        if (table == s_tables[0])
        {
            return page;
        }

        var bytes = File.ReadAllBytes(path).AsSpan((int)(page * PageBytes), PageBytes);
        const int FirstCellAt = 12;
        var cell = BinaryPrimitives.ReadUInt16BigEndian(bytes[FirstCellAt..]);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes[cell..]) - 1;
    }
}

// Checks that a server refuses to start: it exits by itself, with one line that names file and reason.
internal static class Refusal
{
    private const string Prefix = "Rinha.Server: ";

    // logOffset: where this start's output begins in the log.
    public static void Check(
        CampaignRun run, BankProcess api, int logOffset, string what, string path, params string[] reasons)
    {
        var hasEnded = api.WaitForEnd(out var exitCode);
        var log = api.Log[logOffset..].TrimEnd();
        run.Check(
            hasEnded && exitCode is > 0 and < 128, () => $"{what}: exited: {hasEnded}, exit code {exitCode}: {log}");
        // Log lines are JSON; the refusal is not.
        var lines = log.Split('\n').Where(line => !line.StartsWith('{')).ToList();
        run.Check(
            lines.Count == 1 && lines[0].StartsWith(Prefix, StringComparison.Ordinal),
            () => $"{what}: not one line: {log}");
        var line = lines.LastOrDefault() ?? "";
        run.Check(line.Contains(path, StringComparison.Ordinal), () => $"{what}: does not name {path}: {line}");
        run.Check(
            reasons.Any(reason => line.Contains(reason, StringComparison.OrdinalIgnoreCase)),
            () => $"{what}: does not say {string.Join(" or ", reasons)}: {line}");
    }
}
