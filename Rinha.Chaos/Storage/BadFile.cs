namespace Rinha.Chaos.Storage;

/// <summary>A file that is no ledger, or cannot be used as one: the server must refuse to start on it.</summary>
/// <param name="Make">Makes it, given the database's path and the bytes of a good ledger.</param>
/// <param name="Reasons">One of these words must be in what the server says.</param>
/// <param name="Named">What the server must name: the end of a path.</param>
/// <param name="IsUnprivileged">Whether the server must run without root's rights for it.</param>
internal sealed record BadFile(
    string Name,
    Action<string, byte[]> Make,
    string[] Reasons,
    string Named = "data/rinha.db",
    bool IsUnprivileged = false)
{
    private const int VersionAt = 60;
    private const int ApplicationIdAt = 68;

    public static IReadOnlyList<BadFile> All(Random random) =>
    [
        new("garbage", (path, _) => File.WriteAllBytes(path, Garbage(random, 64 * 1024)), ["not a database"]),
        new("a text", (path, _) => File.WriteAllText(path, "id;valor\n1;100\n"), ["not a database"]),
        new("truncated", (path, good) => File.WriteAllBytes(path, good[..(good.Length / 2)]), ["malformed"]),
        new("truncated in its header", (path, good) => File.WriteAllBytes(path, good[..50]), ["malformed"]),
        new("damaged header", DamageHeader(random), ["not a database", "malformed"]),
        new("damaged schema", DamageSchema(random), ["malformed"]),
        new("another program's database", MakeForeign, ["another program"]),
        new("another application's id", Patch(ApplicationIdAt, 1), ["another program"]),
        new("an older schema", Patch(VersionAt, -1), ["schema version"]),
        new("a newer schema", Patch(VersionAt, 1), ["schema version"]),
        new("no directory", (path, _) => Directory.Delete(Path.GetDirectoryName(path)!), ["not exist"], "data"),
        new("a directory", (path, _) => Directory.CreateDirectory(path), ["directory", "unable to open"]),
        new("a gate that is a directory", MakeGateDirectory, ["directory", "denied"], "data/rinha.db-gate"),
        new("a file without permission", Guard("0"), ["denied", "unable to open"], IsUnprivileged: true),
        new("a file that is read-only", Guard("400"), ["readonly", "read-only"], IsUnprivileged: true),
        new("a directory without permission", MakeGuardedDirectory, ["denied"], IsUnprivileged: true),
    ];

    private static byte[] Garbage(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    // After the magic: page size and file format, which no valid file has so.
    private static Action<string, byte[]> DamageHeader(Random random) => (path, good) =>
    {
        var bytes = good.ToArray();
        Garbage(random, 84).CopyTo(bytes, 16);
        bytes[21] = 1; // The payload fraction is 64 in every file.
        File.WriteAllBytes(path, bytes);
    };

    // The page after the header is the table of tables.
    private static Action<string, byte[]> DamageSchema(Random random) => (path, good) =>
    {
        var bytes = good.ToArray();
        Garbage(random, 1000).CopyTo(bytes, 100);
        bytes[100] = 0xFF; // No kind of page.
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
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "CREATE VIEW elsewhere AS SELECT 1";
        command.ExecuteNonQuery();
    }

    private static void MakeGateDirectory(string path, byte[] good)
    {
        File.WriteAllBytes(path, good);
        Directory.CreateDirectory(path + "-gate");
    }

    private static Action<string, byte[]> Guard(string mode) => (path, good) =>
    {
        File.WriteAllBytes(path, good);
        _ = Tool.Run(["chmod", mode, path]);
    };

    private static void MakeGuardedDirectory(string path, byte[] good)
    {
        File.WriteAllBytes(path, good);
        _ = Tool.Run(["chmod", "500", Path.GetDirectoryName(path)!]);
    }
}

/// <summary>How a server that does not start has to say so.</summary>
internal static class Refusal
{
    private const string Prefix = "Rinha.Server: ";

    /// <summary>It ends by itself, with an exit code of its own and one line that names file and reason.</summary>
    /// <param name="said">How long its log was when it was started.</param>
    /// <param name="reasons">One of these words must be in the line.</param>
    public static void Check(
        CampaignRun run, BankProcess api, int said, string what, string path, params string[] reasons)
    {
        var hasEnded = api.WaitForEnd(out var exitCode);
        var log = api.Log[said..].TrimEnd();
        run.Check(
            hasEnded && exitCode is > 0 and < 128, () => $"{what}: ended {hasEnded}, exit code {exitCode}: {log}");
        // What it logs on the way is JSON; the refusal is a line of its own.
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
