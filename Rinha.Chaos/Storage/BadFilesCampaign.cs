using System.Buffers.Binary;

namespace Rinha.Chaos.Storage;

/// <summary>Starts a server on files that are no ledger or cannot be used: it refuses in one line and changes nothing.
/// Damage deep inside a ledger may be found later: then what needs it fails, and nothing else.</summary>
internal static class BadFilesCampaign
{
    private const int PageBytes = 4096;
    private const int Clients = 5;
    private const int Posts = 300;
    private const string Nobody = "65534";

    // As schema.sql names them. Without the first no balance is known; the second's oldest page nobody reads.
    private static readonly string[] s_tables = ["clientes", "transacoes"];

    public static int Kinds => BadFile.All(new Random(0)).Count + s_tables.Length;

    public static void Run(CampaignRun run)
    {
        var good = MakeLedger(run);
        var unprivileged = UnprivilegedLauncher(run);
        var kinds = BadFile.All(run.Random);
        for (var index = 0; index < kinds.Count; index++)
        {
            var kind = kinds[index];
            if (!kind.IsUnprivileged)
            {
                Try(run, kind, index, good, run.Setting);
            }
            else if (unprivileged is not null)
            {
                Try(run, kind, index, good, unprivileged);
            }
            else
            {
                run.Measured($"not tried: {kind.Name} (nobody cannot run the server here)");
                run.Tried();
            }
        }

        foreach (var table in s_tables)
        {
            TryDamagedPage(run, good, table);
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

        api.Signal(Signal.Terminate);
        api.WaitForEnd(out _);
        LedgerCheck.CheckClients(run, bank.Ledger);
        return File.ReadAllBytes(bank.DatabasePath);
    }

    // Root may read and write everything: some kinds need a server that is nobody.
    private static ChaosSetting? UnprivilegedLauncher(CampaignRun run)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return run.Setting;
        }

        // A copy that others than its owner may read, too.
        var copy = Path.Combine(run.Directory, "server");
        _ = Tool.Run(["cp", "-r", Path.GetDirectoryName(run.Setting.Server)!, copy]);
        _ = Tool.Run(["chmod", "-R", "a+rX", copy]);
        var server = Path.Combine(copy, Path.GetFileName(run.Setting.Server));
        var launcher = Path.Combine(run.Directory, "launch-nobody");
        File.WriteAllText(launcher, $"""
            #!/bin/sh
            shift
            exec setsid setpriv --reuid={Nobody} --regid={Nobody} --clear-groups \
              env API_PORT={run.Setting.Port} '{server}' "$@"

            """);
        _ = Tool.Run(["chmod", "755", launcher]);
        var setting = run.Setting with { Launcher = launcher };
        using var version = new BankProcess(
            setting, "nobody", Path.Combine(run.Directory, "nobody.log"), new Dictionary<string, string>());
        version.Start("--version");
        return version.WaitForEnd(out var exitCode) && exitCode == 0 ? setting : null;
    }

    private static void Try(CampaignRun run, BadFile kind, int index, byte[] good, ChaosSetting setting)
    {
        var own = Path.Combine(run.Directory, $"bad{index}");
        var data = Directory.CreateDirectory(Path.Combine(own, "data")).FullName;
        var path = Path.Combine(data, "rinha.db");
        kind.Make(path, good);
        var before = setting == run.Setting && kind.IsUnprivileged ? new() { ["rinha.db"] = good } : FilesIn(data);
        if (setting != run.Setting)
        {
            _ = Tool.Run(["chown", "-R", Nobody, data]);
        }

        using var api = new BankProcess(
            setting,
            "api01",
            Path.Combine(own, "log"),
            new Dictionary<string, string> { ["DATABASE_URL"] = path });
        api.Start();
        Refusal.Check(run, api, 0, kind.Name, Path.Combine(own, kind.Named), kind.Reasons);
        _ = Tool.Run(["chmod", "-R", "u+rwX", data]); // For whoever is not root.
        var after = FilesIn(data);
        // The gate is made before anything is opened; the others are what SQLite makes to read a file with a WAL.
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
        run.Tried();
    }

    private static Dictionary<string, byte[]> FilesIn(string directory)
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }

        return new DirectoryInfo(directory).EnumerateFileSystemInfos().ToDictionary(
            entry => entry.Name, entry => entry is FileInfo ? File.ReadAllBytes(entry.FullName) : []);
    }

    private static void TryDamagedPage(CampaignRun run, byte[] good, string table)
    {
        using var bank = new Bank(run, new BankOptions { DataDirectory = Path.Combine(run.Directory, table) });
        File.WriteAllBytes(bank.DatabasePath, good);
        var at = FirstLeaf(bank.DatabasePath, table) * PageBytes;
        var garbage = new byte[PageBytes];
        run.Random.NextBytes(garbage);
        garbage[0] = 0xFF; // No kind of page.
        using (var file = File.OpenWrite(bank.DatabasePath))
        {
            file.Position = at;
            file.Write(garbage);
        }

        var api = bank.Apis[0];
        api.Start();
        if (!run.Check(bank.TryAwaitAnswer(api), () => $"damaged {table}: no start: {api.Log.TrimEnd()}"))
        {
            run.Tried();
            return;
        }

        var expected = table == s_tables[0] ? 503 : 200;
        for (var client = 1; client <= Clients && api.IsAlive; client++)
        {
            var answer = RawAnswer.Ask(bank.Past(api), "GET", $"/clientes/{client}/extrato");
            run.Check(answer.Status == expected, () => $"damaged {table}: a statement {answer.Status} {answer.Body}");
            var (post, _) = new Probes(bank).Post(api, 2);
            run.Check(post.Status == expected, () => $"damaged {table}: a post {post.Status} {post.Body}");
        }

        run.Check(api.IsAlive, () => $"damaged {table}: the server has ended: {api.Log.TrimEnd()}");
        api.Signal(Signal.Terminate);
        run.Check(
            api.WaitForEnd(out var exitCode) && exitCode == 0,
            () => $"damaged {table}: exit code {exitCode}");
        var bytes = File.ReadAllBytes(bank.DatabasePath);
        run.Check(
            bytes.AsSpan((int)at, PageBytes).SequenceEqual(garbage),
            () => $"damaged {table}: the page was overwritten");
        run.Check(
            expected == 200 || bytes.AsSpan(0, (int)at).SequenceEqual(good.AsSpan(0, (int)at)),
            () => $"damaged {table}: other pages were changed");
        run.Tried();
    }

    // The page that has the table's first rows, counted from 0: its root, or what the root's first cell points to.
    private static long FirstLeaf(string path, string table)
    {
        var page = 0L;
        using (var connection = new LedgerInFile(path).Open())
        {
            connection.ForEach(
                $"SELECT rootpage FROM sqlite_schema WHERE name = '{table}'", row => page = row.GetInt64(0) - 1);
        }

        var bytes = File.ReadAllBytes(path).AsSpan((int)(page * PageBytes), PageBytes);
        const byte Inner = 5;
        const int FirstCellAt = 12;
        if (bytes[0] != Inner)
        {
            return page;
        }

        var cell = BinaryPrimitives.ReadUInt16BigEndian(bytes[FirstCellAt..]);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes[cell..]) - 1;
    }
}
