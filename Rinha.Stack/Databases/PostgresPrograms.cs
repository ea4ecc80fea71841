namespace Rinha.Stack.Databases;

/// <summary>
/// PostgreSQL 15 or newer from the distribution's package, run as the user postgres, since it refuses root.
/// </summary>
public sealed partial class PostgresPrograms
{
    private const string Packaged = "/usr/lib/postgresql";
    private const string ClusterSettings = "/etc/postgresql-common/createcluster.conf";
    private const int VersionMin = 15;

    public static readonly UserAccount User = new("postgres");

    private PostgresPrograms(string directory) => BinDirectory = directory;

    public string BinDirectory { get; }

    /// <summary>Finds the programs, or installs them as root on Debian.</summary>
    public static PostgresPrograms Require(Packages packages)
    {
        if (Find() is { } found)
        {
            return found;
        }

        // Keeps Debian's package from creating and starting a database.
        if (Environment.IsPrivilegedProcess && Tool.Find("apt-get") is not null && !File.Exists(ClusterSettings))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(ClusterSettings)!);
            File.WriteAllText(ClusterSettings, "create_main_cluster = false\n");
        }

        packages.Install("PostgreSQL 15", "postgresql-15", "postgresql");
        return Find() ?? throw new StackException("PostgreSQL 15 is still missing");
    }

    /// <summary>Version 15 if installed, otherwise the newest later one.</summary>
    public static PostgresPrograms? Find()
    {
        var packaged = Directory.Exists(Packaged) ? Directory.GetDirectories(Packaged) : [];
        var preferred = packaged
            .Where(path => VersionIn(path) >= VersionMin && File.Exists(path + "/bin/postgres"))
            .MaxBy(path => VersionIn(path) is var version and not VersionMin ? version : int.MaxValue);
        if (preferred is not null)
        {
            return new PostgresPrograms(preferred + "/bin");
        }

        return Tool.Find("postgres") is { } other && VersionIn(Tool.Run([other, "--version"]).Output) >= VersionMin
            ? new PostgresPrograms(Path.GetDirectoryName(other)!)
            : null;
    }

    /// <summary>Runs a program to completion.</summary>
    public ToolResult Run(string program, string[] arguments, string? input = null) =>
        Tool.Run(Command(program, arguments), input, directory: "/");

    /// <summary>A command line that runs as the database's user, without this process's PG* variables.</summary>
    public IReadOnlyList<string> Command(string program, params string[] arguments) =>
    [
        .. User.AsUser, "env", "-i", "LC_ALL=C", $"PATH={Tool.SearchPath}", Path.Combine(BinDirectory, program),
        .. arguments,
    ];

    // The first number in a text, or 0.
    private static int VersionIn(string text) =>
        int.TryParse(Number().Match(text).ValueSpan, out var version) ? version : 0;

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
