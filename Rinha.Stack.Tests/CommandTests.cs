using System.Text.RegularExpressions;

namespace Rinha.Stack.Tests;

// ./rinha itself: its help, and the errors of its command line.
public sealed class CommandTests
{
    [Fact]
    public void A_wrong_command_line_is_refused_with_one_line()
    {
        RinhaCommand.Run("fly").AssertExit(2, "unknown verb 'fly'");
        RinhaCommand.Run().AssertExit(2, "rinha [command]");
        RinhaCommand.Run("run", "--no-such").AssertExit(2, "'--no-such'");
        RinhaCommand.Run("run", "--port").AssertExit(2, "'--port'");
        var exit = RinhaCommand.Run("run", "--port", "65536")
            .AssertExit(2, "rinha: --port: expected a whole number from 1 to 65535, not '65536'\n");
        Assert.Equal("", exit.Output);
        RinhaCommand.Run("ledger", "fly").AssertExit(2, "expected backup, restore, verify");
        RinhaCommand.Run("ledger", "verify", "--data").AssertExit(2, "'--data'");
        RinhaCommand.Run("load", "--data").AssertExit(2, "'--data'");
    }

    [Fact]
    public void Every_verb_is_in_the_help()
    {
        var help = RinhaCommand.RunSuccessfully("--help").Output;
        string[] verbs =
        [
            "run", "stop", "status", "restart", "top", "ledger", "load", "contest", "measure", "chaos", "smoke", "test",
            "release",
        ];
        Assert.All(verbs, verb => Assert.Matches($@"(?m)^  {verb} +\S", help));
        Assert.Equal(help, RinhaCommand.RunSuccessfully("help").Output);
        RinhaCommand.Run("help", "stop").AssertExit(0, "rinha stop [options]");
        RinhaCommand.Run("help", "ledger", "restore").AssertExit(0, "Replace the ledger with a backup");
        RinhaCommand.Run("help", "fly").AssertExit(2, "unknown verb 'fly'");
    }

    [Fact]
    public void The_version_is_the_newest_release_or_one_in_development_and_status_shows_the_servers()
    {
        var releases = File.ReadLines(Testing.Repository.PathOf("CHANGELOG.md"))
            .Where(line => Regex.IsMatch(line, @"^## \[[0-9]")).Select(line => line.Split('[', ']')[1]).ToList();
        var version = RinhaCommand.RunSuccessfully("--version").Output.TrimEnd().Split('+')[0];
        Assert.True(
            version == releases[0] || (version.EndsWith("-dev") && !releases.Contains(version[..^"-dev".Length])),
            $"{version} is not {releases[0]}, and not in development");
        using var stack = TestBank.Start();
        Assert.StartsWith(version, stack.Status().GetProperty("versions")[0].GetString());
        stack.Verb("status").AssertExit(0, $"  server  {version}");
    }

    // In a mount namespace without nginx, and with stand-ins for apt and systemd.
    [Fact]
    public void A_program_is_installed_only_with_consent_and_its_service_is_disabled()
    {
        using var stack = new TestBank();
        var tools = Directory.CreateDirectory(stack.Scratch("tools")).FullName;
        var nginx = stack.Scratch("nginx");
        File.Copy(Tool.Find("nginx")!, nginx);
        foreach (var tool in (string[])["apt-get", "apt-cache", "systemctl", "update-rc.d"])
        {
            File.WriteAllText(Path.Combine(tools, tool), $"#!/bin/sh\necho {tool} \"$@\" >>{tools}/calls\n");
            File.SetUnixFileMode(Path.Combine(tools, tool), (UnixFileMode)0b111_101_101);
        }

        File.AppendAllText(Path.Combine(tools, "apt-get"), $"""
            [ "$1" = update ] && exit
            mkdir -p /etc/systemd/system/multi-user.target.wants
            cp {nginx} /usr/sbin/nginx && touch /etc/systemd/system/multi-user.target.wants/nginx.service
            """);
        ToolResult Run(string flags) => Tool.Run([
            "env", "CI=", "unshare", "--mount", "sh", "-c",
            "for place in /usr/sbin /etc/systemd/system /etc/rc?.d; do mount -t tmpfs none $place || exit 77; done\n"
            + $"PATH={tools}:$PATH exec {Testing.Repository.PathOf("rinha")} run --floor --detach "
            + $"--data {stack.Data.FullPath} --port {stack.Port} {flags}",
        ]);

        var refused = Run("");
        Assert.SkipWhen(refused.Status is 1 or 77 && !refused.Error.Contains("rinha:"), "no mount namespaces here");
        Assert.Equal(2, refused.Status);
        Assert.Contains("rinha: nginx is missing: apt-get install nginx-light, or --yes", refused.Error);
        Assert.False(File.Exists(Path.Combine(tools, "calls")));
        var agreed = Run("--yes");
        Assert.True(agreed.Succeeded, agreed.Error);
        Assert.Contains("installing nginx-light with apt-get\n", agreed.Output);
        Assert.Contains(File.ReadLines(Path.Combine(tools, "calls")), call => call.EndsWith("disable nginx"));
    }

    [Fact]
    public void A_missing_module_of_nginx_is_named_with_its_package()
    {
        using var stack = new TestBank();
        var refused = Tool.Run([
            "env", "CI=", "unshare", "--mount", "sh", "-c",
            "mount -t tmpfs none /usr/lib/nginx/modules || exit 77\n"
            + $"exec {Testing.Repository.PathOf("rinha")} run --stack nginx-stream --data {stack.Data.FullPath}",
        ]);
        Assert.SkipWhen(refused.Status is 1 or 77 && !refused.Error.Contains("rinha:"), "no mount namespaces here");
        Assert.Contains("ngx_stream_module.so is missing: apt-get install libnginx-mod-stream,", refused.Error);
    }

    [Fact]
    public void It_works_through_a_link_and_reports_a_missing_dotnet()
    {
        using var directory = new TemporaryDirectory();
        File.CreateSymbolicLink(directory.File("bank"), Testing.Repository.PathOf("rinha"));
        var linked = Tool.Run([directory.File("bank"), "run", "--help"], directory: directory.FullPath);
        Assert.Contains("rinha run", linked.Output, StringComparison.Ordinal);

        // A PATH with the script's own tools, without dotnet.
        Directory.CreateDirectory(directory.File("bin"));
        foreach (var tool in (string[])["sh", "readlink", "dirname", "find"])
        {
            File.CreateSymbolicLink(directory.File($"bin/{tool}"), Tool.Find(tool)!);
        }

        var bare = Tool.Run(["env", $"PATH={directory.File("bin")}", Testing.Repository.PathOf("rinha"), "status"]);
        Assert.Equal(1, bare.Status);
        Assert.Contains("rinha: dotnet is missing", bare.Error, StringComparison.Ordinal);
    }
}
