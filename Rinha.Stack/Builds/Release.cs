using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Rinha.Stack.Builds;

/// <summary>
/// Makes a release of the checkout's commit for one architecture: an archive with the binaries and what installs them,
/// and a Debian package. The files are sorted, belong to root and have the commit's time, so that two builds of a
/// commit differ only where the compiler's output does.
/// </summary>
/// <param name="architecture">x64 or arm64.</param>
public sealed partial class Release(string architecture, string directory, Action<string> log, Packages packages)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Plain = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Program =
        Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // A file of the repository, its name in the archive, and where the package puts it.
    private static readonly (string Source, string Name, string Installed)[] s_files =
    [
        ("nginx/nginx.conf", "nginx.conf", "usr/lib/rinha/nginx.conf"),
        ("nginx/start.sh", "start-nginx.sh", "usr/lib/rinha/start-nginx.sh"),
        ("packaging/rinha-ledger", "rinha-ledger", "usr/sbin/rinha-ledger"),
        ("packaging/rinha.env", "rinha.env", "etc/rinha/rinha.env"),
        ("packaging/sysusers.conf", "sysusers.conf", "usr/lib/sysusers.d/rinha.conf"),
        ("packaging/tmpfiles.conf", "tmpfiles.conf", "usr/lib/tmpfiles.d/rinha.conf"),
        ("packaging/no-limits.conf", "no-limits.conf", "usr/lib/rinha/no-limits.conf"),
        ("packaging/NOTICE", "NOTICE", "usr/share/doc/rinha/NOTICE"),
        ("CHANGELOG.md", "CHANGELOG.md", "usr/share/doc/rinha/changelog"),
        ("LICENSE", "LICENSE", "usr/share/doc/rinha/copyright"),
        .. FilesOf("packaging/systemd", "systemd", "usr/lib/systemd/system", "rinha*"),
        .. from service in (string[])["rinha@", "rinha-nginx", "rinha-backup"]
           let name = $"{service}.service.d/10-hardening.conf"
           select ("packaging/systemd/10-hardening.conf", $"systemd/{name}", $"usr/lib/systemd/system/{name}"),
        .. FilesOf("docs", "docs", "usr/share/doc/rinha/docs", "*.md"),
    ];

    public static string Version { get; } =
        VersionElement().Match(File.ReadAllText(Repository.PathOf("Directory.Build.props"))).Groups[1].Value;

    public string Archive => Path.Combine(directory, Name + ".tar.gz");

    public string Package => Path.Combine(directory, $"rinha_{DebianVersion}_{DebianArchitecture}.deb");

    private string Runtime => "linux-" + architecture;

    private string Name => $"rinha-{Version}-{Runtime}";

    // Sorts before the release that it leads to (deb-version(7)).
    private static string DebianVersion => Version.Replace('-', '~');

    private string DebianArchitecture => architecture == "x64" ? "amd64" : architecture;

    public void Make()
    {
        packages.Require("dpkg-deb", "dpkg");
        var commit = Git("rev-parse", "HEAD");
        if (Git("status", "--porcelain").Length > 0)
        {
            log($"the checkout has uncommitted changes: this is no release of {commit}");
        }

        var epoch = Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH") is { Length: > 0 } given
            ? given
            : Git("log", "-1", "--format=%ct");
        var time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(epoch)).UtcDateTime;
        var binaries = Publish(commit);
        var staging = Repository.PathOf("artifacts", "release", Runtime);
        Files.DeleteTrees(staging);
        var (archive, package) = (Path.Combine(staging, Name), Path.Combine(staging, "package"));
        foreach (var (source, name, installed) in s_files.Concat(binaries).Concat(WriteBoms(staging, time)))
        {
            Copy(Path.Combine(Repository.Root, source), Path.Combine(archive, name));
            Copy(Path.Combine(Repository.Root, source), Path.Combine(package, installed));
        }

        WriteChecksums(archive, Path.Combine(archive, "SHA256SUMS"));
        WriteControl(package, binaries.Select(file => file.Source));
        Stamp(staging, time);
        Directory.CreateDirectory(directory);
        Tool.Run(
            [
                "tar", "--create", "--file", Archive, "--use-compress-program", "gzip -9n", "--format=gnu",
                "--sort=name", $"--mtime=@{epoch}", "--owner=root:0", "--group=root:0", "--directory", staging, Name,
            ]).OrThrow("tar failed");
        Tool.Run(
            [
                "env", $"SOURCE_DATE_EPOCH={epoch}", "dpkg-deb", "--root-owner-group", "-Zxz", "--build", package,
                Package,
            ]).OrThrow("dpkg-deb failed");
    }

    // For sha256sum --check.
    private static void WriteChecksums(string directory, string target) => File.WriteAllLines(target, (
        from file in Directory.GetFiles(directory, "*", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(directory, file)
        orderby name
        select $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))}  {name}").ToList());

    // The server, the load tester, and SQLite's library, which both share.
    private (string Source, string Name, string Installed)[] Publish(string commit)
    {
        var publisher = new Publisher(log, packages);
        var server = publisher.PublishCommit(Repository.Server, Runtime, commit);
        var loadTester = publisher.PublishCommit(Repository.LoadTester, Runtime, commit);
        var sqlite = Path.Combine(Path.GetDirectoryName(server)!, "libe_sqlite3.so");
        return
        [
            .. from file in (string[])[server, loadTester, sqlite]
               let name = Path.GetFileName(file)
               select (file, name, "usr/lib/rinha/" + name),
        ];
    }

    // What the binaries are made of (CycloneDX), without the time and place of the build.
    private List<(string Source, string Name, string Installed)> WriteBoms(string staging, DateTime time)
    {
        return ((string[])["Rinha.Server", "Rinha.LoadTest"]).Select(project =>
        {
            var name = project + ".cdx.json";
            new DotNet(log).RunTool(
                "dotnet-CycloneDX", Repository.PathOf(project, project + ".csproj"), "--output", staging,
                "--filename", name, "--output-format", "Json", "--no-serial-number", "--set-version", Version,
                "--set-name", project);
            var path = Path.Combine(staging, name);
            var bom = JsonNode.Parse(File.ReadAllText(path))!;
            bom["metadata"]!["timestamp"] = $"{time:yyyy-MM-ddTHH:mm:ssZ}";
            File.WriteAllText(path, bom.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
            return (path, name, "usr/share/doc/rinha/" + name);
        }).ToList();
    }

    private void WriteControl(string package, IEnumerable<string> binaries)
    {
        var bytes = Directory.GetFiles(package, "*", SearchOption.AllDirectories)
            .Sum(file => new FileInfo(file).Length);
        // The newest version of a symbol that the binaries need.
        var libc = binaries
            .SelectMany(file => LibcVersion().Matches(Encoding.Latin1.GetString(File.ReadAllBytes(file))))
            .Max(match => System.Version.Parse(match.Groups[1].Value))!;
        Directory.CreateDirectory(Path.Combine(package, "etc/rinha/nginx.d"));
        foreach (var source in Directory.GetFiles(Repository.PathOf("packaging", "debian")))
        {
            var target = Path.Combine(package, "DEBIAN", Path.GetFileName(source));
            Copy(source, target);
            File.WriteAllText(target, File.ReadAllText(source)
                .Replace("@VERSION@", DebianVersion, StringComparison.Ordinal)
                .Replace("@ARCHITECTURE@", DebianArchitecture, StringComparison.Ordinal)
                .Replace("@LIBC@", $"{libc}", StringComparison.Ordinal)
                .Replace("@KIB@", $"{bytes / 1024}", StringComparison.Ordinal));
        }
    }

    private static void Copy(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(source, target);
        // The settings may hold a database's password.
        File.SetUnixFileMode(
            target,
            target.EndsWith("/rinha.env", StringComparison.Ordinal) ? Private
            : File.GetUnixFileMode(source).HasFlag(UnixFileMode.UserExecute) ? Program
            : Plain);
    }

    private static void Stamp(string directory, DateTime time)
    {
        foreach (var path in Directory.GetFileSystemEntries(directory, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(path, time);
            if (Directory.Exists(path))
            {
                File.SetUnixFileMode(path, Program);
            }
        }
    }

    private static IEnumerable<(string Source, string Name, string Installed)> FilesOf(
        string directory, string name, string installed, string pattern) =>
        from file in Directory.GetFiles(Repository.PathOf(directory), pattern, SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Repository.PathOf(directory), file)
        select (file, $"{name}/{path}", $"{installed}/{path}");

    private static string Git(params string[] arguments) =>
        Tool.Run(["git", .. arguments], directory: Repository.Root).OrThrow($"git {arguments[0]} failed").Output.Trim();

    [GeneratedRegex("<Version>(.+)</Version>")]
    private static partial Regex VersionElement();

    [GeneratedRegex(@"GLIBC_(2\.\d+)")]
    private static partial Regex LibcVersion();
}
