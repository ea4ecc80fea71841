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
        RinhaCommand.Run("ledger", "verify", "--data").AssertExit(2, "--data needs a directory");
    }

    [Fact]
    public void Every_verb_is_in_the_help()
    {
        var help = RinhaCommand.RunSuccessfully("--help").Output;
        string[] verbs =
        [
            "run", "stop", "status", "restart", "top", "ledger", "load", "contest", "measure", "chaos", "smoke", "test",
        ];
        Assert.All(verbs, verb => Assert.Matches($@"(?m)^  {verb} +\S", help));
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
