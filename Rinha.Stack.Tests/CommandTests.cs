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
    }

    [Fact]
    public void Every_verb_is_in_the_help()
    {
        var help = RinhaCommand.RunSuccessfully("--help").Output;
        string[] verbs =
            ["run", "stop", "status", "restart", "top", "load", "contest", "measure", "chaos", "smoke", "test"];
        Assert.All(verbs, verb => Assert.Matches($@"(?m)^  {verb} +\S", help));
    }

    [Fact]
    public void The_version_is_the_newest_release_of_the_changelog_and_status_shows_the_servers()
    {
        var release = File.ReadLines(Testing.Repository.PathOf("CHANGELOG.md"))
            .First(line => Regex.IsMatch(line, @"^## \[[0-9]")).Split('[', ']')[1];
        Assert.Matches($@"^{Regex.Escape(release)}(\+[0-9a-f]+)?\n$", RinhaCommand.RunSuccessfully("--version").Output);
        using var stack = TestBank.Start();
        Assert.StartsWith(release, stack.Status().GetProperty("versions")[0].GetString());
        stack.Verb("status").AssertExit(0, $"  server  {release}");
    }

    // A package's service that appears is disabled; one that was there before is not.
    [Fact]
    public void A_program_is_installed_only_with_consent_and_its_service_is_found()
    {
        var refusal = Assert.Throws<UsageException>(
            () => new Packages(_ => { }).Require("no-such-program", "no-such-package"));
        Assert.Contains("no-such-program is missing", refusal.Message, StringComparison.Ordinal);

        using var root = new TemporaryDirectory();
        var links = Directory.CreateDirectory(root.File("etc/systemd/system/multi-user.target.wants")).FullName;
        File.WriteAllText(Path.Combine(links, "nginx.service"), "");
        File.WriteAllText(Path.Combine(links, "cron.service"), "");
        var packages = new Packages(_ => { }, root: root.FullPath);
        var before = packages.BootServices();
        Assert.Equal(["nginx"], before);
        File.WriteAllText(
            Path.Combine(Directory.CreateDirectory(root.File("etc/rc2.d")).FullName, "S01postgresql"), "");
        Assert.Equal(["postgresql"], packages.BootServices().Except(before));
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
