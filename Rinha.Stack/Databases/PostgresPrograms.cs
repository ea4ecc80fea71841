using System.Text.RegularExpressions;
using Rinha.Stack.Processes;

namespace Rinha.Stack.Databases;

/// <summary>
/// PostgreSQL 15 or newer from the distribution's package, and the user it runs as: root may not be it.
/// </summary>
public sealed partial class PostgresPrograms
{
    private const string Packaged = "/usr/lib/postgresql";
    private const string ClusterSettings = "/etc/postgresql-common/createcluster.conf";
    private const int VersionMin = 15;

    private static readonly Dictionary<string, string> s_environment = new() { ["LC_ALL"] = "C" };

    private readonly string[] _identity = Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        : [];

    private PostgresPrograms(string directory) => Directory = directory;

    /// <summary>The directory of the programs.</summary>
    public string Directory { get; }

    /// <summary>Finds them, or installs them where that is possible.</summary>
    /// <exception cref="StackException">There are none.</exception>
    public static PostgresPrograms Need(Packages packages)
    {
        if (Find() is { } found)
        {
            return found;
        }

        // Debian's package would make a database and start it; this is how it is told not to.
        if (Environment.IsPrivilegedProcess && Tool.Find("apt-get") is not null && !File.Exists(ClusterSettings))
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(ClusterSettings)!);
            File.WriteAllText(ClusterSettings, "create_main_cluster = false\n");
        }

        packages.Provide("PostgreSQL 15", "postgresql-15", "postgresql");
        return Find() ?? throw new StackException("PostgreSQL 15 is still missing");
    }

    /// <summary>Version 15 where it is, otherwise the newest that came after it.</summary>
    public static PostgresPrograms? Find()
    {
        var packaged = System.IO.Directory.Exists(Packaged)
            ? System.IO.Directory.GetDirectories(Packaged).Select(Path.GetFileName)
                .Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 0)
                .Where(version => version >= VersionMin)
                .OrderBy(version => version == VersionMin ? 0 : 1).ThenByDescending(version => version)
                .Select(version => $"{Packaged}/{version}/bin")
                .FirstOrDefault(directory => File.Exists(Path.Combine(directory, "postgres")))
            : null;
        if (packaged is not null)
        {
            return new PostgresPrograms(packaged);
        }

        var other = Tool.Find("postgres");
        return other is not null
            && Version().Match(Tool.Run([other, "--version"]).Output) is { Success: true } match
            && int.Parse(match.ValueSpan, CultureInfo.InvariantCulture) >= VersionMin
                ? new PostgresPrograms(Path.GetDirectoryName(other)!)
                : null;
    }

    /// <summary>Runs one of them as the database's user, without the PG… variables of this process.</summary>
    public ToolResult Run(string program, IEnumerable<string> arguments, string? input = null) => Tool.Run(
        [.. _identity, Path.Combine(Directory, program), .. arguments], input, s_environment, directory: "/");

    /// <summary>Whether the database's user can write to a directory.</summary>
    public bool CanWrite(string directory) => Tool.Run([.. _identity, "test", "-w", directory]).Succeeded;

    /// <summary>One of them as a child of a supervisor.</summary>
    public Launch Launch(string program, IEnumerable<string> arguments) =>
        new([.. _identity, Path.Combine(Directory, program), .. arguments])
        {
            IsEnvironmentClean = true,
            Environment = s_environment,
        };

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Version();
}
