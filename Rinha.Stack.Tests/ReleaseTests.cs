using System.Text.RegularExpressions;
using Rinha.Stack.Builds;

namespace Rinha.Stack.Tests;

// ./rinha release: the archive, the Debian package and its units, none of them installed.
public sealed class ReleaseTests
{
    [Fact]
    public void A_release_has_checksums_bills_of_materials_a_package_and_units_that_systemd_accepts()
    {
        using var directory = new TemporaryDirectory();
        _ = (Testing.Repository.ServerBinary, Testing.Repository.LoadTesterBinary);
        var made = RinhaCommand.RunSuccessfully("release", "--out", directory.File("1")).Output;
        var files = made.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^2..];
        Directory.CreateDirectory(directory.File("archive"));
        Run("tar", "-xzf", files[0], "-C", directory.File("archive"));
        var archive = Assert.Single(Directory.GetDirectories(directory.File("archive")));
        var root = directory.File("root");
        Run("dpkg-deb", "-R", files[1], root);

        Tool.Run(["sha256sum", "--check", "--strict", "SHA256SUMS"], directory: archive).OrThrow("wrong checksums");
        Assert.Equal(
            Directory.GetFiles(archive, "*", SearchOption.AllDirectories).Length,
            File.ReadLines(Path.Combine(archive, "SHA256SUMS")).Count() + 1);
        var commit = Run("git", "-C", Testing.Repository.Root, "rev-parse", "HEAD").Trim();
        foreach (var program in (string[])["Rinha.Server", "Rinha.LoadTest"])
        {
            Assert.Equal($"{Release.Version}+{commit}\n", Run(Path.Combine(archive, program), "--version"));
            using var bom = JsonDocument.Parse(File.ReadAllText(Path.Combine(archive, program + ".cdx.json")));
            Assert.Contains(
                bom.RootElement.GetProperty("components").EnumerateArray(),
                component => component.GetProperty("name").GetString() == "SQLite");
        }

        CheckPackage(files[1], root);
        CheckUnits(root);
        RinhaCommand.RunSuccessfully("release", "--out", directory.File("2"));
        Assert.All(files, file => Assert.Equal(
            File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(directory.File("2"), Path.GetFileName(file)))));
    }

    [Fact]
    public void An_unknown_architecture_is_refused() =>
        RinhaCommand.Run("release", "--arch", "mips").AssertExit(2, "'mips'");

    // The package's nginx: its settings, and one line for a wrong one.
    [Theory]
    [InlineData("", "127.0.0.1:9999 [::1]:9999")]
    [InlineData("RINHA_HOST=0.0.0.0 RINHA_PORT=8080", "0.0.0.0:8080 [::1]:8080")]
    [InlineData(
        "RINHA_HOST=192.0.2.1 RINHA_METRICS_PORT=9990", "127.0.0.1:9999 192.0.2.1:9999 [::1]:9999 127.0.0.1:9990")]
    [InlineData("RINHA_HOST=:: RINHA_TLS_DIR=/tls RINHA_TLS_PORT=443",
        "127.0.0.1:9999 [::1]:9999 0.0.0.0:443 [::]:443")]
    [InlineData("RINHA_HOST=host", null, "RINHA_HOST: expected an IP address, not 'host'")]
    [InlineData("RINHA_PORT=x", null, "RINHA_PORT: expected a port, not 'x'")]
    [InlineData("RINHA_LIMIT=0", null, "RINHA_LIMIT: expected off or a whole number, not '0'")]
    public void The_settings_choose_what_nginx_listens_on(string settings, string? listens, string error = "")
    {
        Assert.SkipUnless(File.Exists("/proc/self/net/if_inet6"), "needs IPv6");
        using var directory = new TemporaryDirectory();
        // Only sh and sed are its own; nginx itself would need the addresses.
        var nginx = directory.File("nginx");
        File.WriteAllText(nginx, "#!/bin/sh\n");
        File.SetUnixFileMode(nginx, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var exit = Tool.Run(
        [
            "env", $"PATH={directory.FullPath}:/usr/bin:/bin", $"TMPDIR={directory.FullPath}", "RINHA_HOST=127.0.0.1",
            $"NGINX_TEMPLATE={Testing.Repository.PathOf("nginx", "nginx.conf")}",
            .. settings.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            "sh", Testing.Repository.PathOf("nginx", "start.sh"),
        ]);

        Assert.Equal((listens is null ? 2 : 0, error), (exit.Status, exit.Error.Trim()));
        if (listens is not null)
        {
            Assert.Equal(listens, string.Join(' ', Regex
                .Matches(File.ReadAllText(directory.File("nginx.conf")), @"(?m)^ *listen ([^ ;]+)")
                .Select(listen => listen.Groups[1].Value)));
        }
    }

    private static void CheckPackage(string package, string root)
    {
        var listed = Run("dpkg-deb", "--contents", package).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(listed, line => Assert.Contains(" root/root ", line));
        Assert.All(
            (string[])[
                "-rwxr-xr-x ./usr/lib/rinha/Rinha.Server", "-rw-r--r-- ./usr/lib/systemd/system/rinha@.service",
                "-rw------- ./etc/rinha/rinha.env", "-rwxr-xr-x ./usr/sbin/rinha-ledger",
            ],
            file => Assert.Contains(listed, line => $"{line.Split(' ')[0]} {line.Split(' ')[^1]}" == file));
        Assert.Equal("/etc/rinha/rinha.env\n", File.ReadAllText(Path.Combine(root, "DEBIAN/conffiles")));
        var control = File.ReadAllText(Path.Combine(root, "DEBIAN/control"));
        Assert.Matches($"(?m)^Version: {Regex.Escape(Release.Version.Replace('-', '~'))}$", control);
        Assert.Matches(@"(?m)^Depends: libc6 \(>= 2\.\d+\), ", control);
        Assert.DoesNotContain("@", control.Replace("rinha@localhost", "", StringComparison.Ordinal));
        foreach (var script in (string[])["postinst", "prerm", "postrm"])
        {
            Run("sh", "-n", Path.Combine(root, "DEBIAN", script));
        }
    }

    private static void CheckUnits(string root)
    {
        if (Tool.Find("systemd-analyze") is null)
        {
            return;
        }

        // The units' shell must exist in the root that they are verified in.
        Directory.CreateDirectory(Path.Combine(root, "bin"));
        File.Copy("/bin/sh", Path.Combine(root, "bin/sh"));
        var units = Directory.GetFiles(Path.Combine(root, "usr/lib/systemd/system")).Select(Path.GetFileName)
            .Select(unit => unit!.Replace("@.", "@1.", StringComparison.Ordinal)).ToList();
        var verified = Tool.Run(["systemd-analyze", "verify", $"--root={root}", "--recursive-errors=no", .. units!]);
        Assert.Equal((0, ""), (verified.Status, verified.Error));
        foreach (var service in units.Where(unit => unit.EndsWith(".service", StringComparison.Ordinal)))
        {
            // In tenths, from 0 (confined) to 100: the goal is 2.0.
            Run("systemd-analyze", "security", "--offline=yes", "--threshold=20", $"--root={root}", service);
        }
    }

    private static string Run(params string[] command) =>
        Tool.Run(command).OrThrow(string.Join(' ', command)).Output;
}
