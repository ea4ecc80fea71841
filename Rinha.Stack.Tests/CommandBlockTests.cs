using System.Text.RegularExpressions;

namespace Rinha.Stack.Tests;

// The `sh` blocks of the pages that a user types from, each page in order in an empty directory. Ports and directories
// are the test's; ./rinha run in the foreground is started in the background.
[Collection(RunsAlone.Name)]
public sealed partial class CommandBlockTests
{
    // What a fence adds to `sh` when the block cannot run here (docs/README.md).
    private static readonly string[] s_skipped = ["containers", "elsewhere", "long"];

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.pt-BR.md")]
    [InlineData("docs/operations/running.md")]
    [InlineData("docs/operations/settings.md")]
    [InlineData("docs/operations/metrics.md")]
    [InlineData("docs/open-network.md")]
    [InlineData("docs/operations/commands.md", true)]
    [InlineData("docs/operations/backup.md", true)]
    [InlineData("docs/operations/moving.md", true)]
    public void Every_command_succeeds(string page, bool needsStack = false)
    {
        using var directory = new TemporaryDirectory();
        // Private, so that stop and status find this stack only.
        foreach (var name in (string[])["data", "etc", "t"])
        {
            Directory.CreateDirectory(directory.File(name), (UnixFileMode)0b111_001_001);
        }

        File.SetUnixFileMode(directory.FullPath, (UnixFileMode)0b111_001_001);
        File.CreateSymbolicLink(directory.File("rinha"), Testing.Repository.PathOf("rinha"));
        File.WriteAllText(directory.File(".curlrc"), "fail\nsilent\nnoproxy = *\n");
        _ = Testing.Repository.ServerBinary;
        var (port, tls, metrics) = (FreePort.Next().Port, FreePort.Next().Port, FreePort.Next().Port);
        var other = FreePort.Next().Port;
        ToolResult Run(string script) => Tool.Run(
            [
                "env", $"TMPDIR={directory.File("t")}", $"RINHA_DATA={directory.File("data")}", $"RINHA_PORT={port}",
                $"CURL_HOME={directory.FullPath}", "bash", "-euo", "pipefail", "-c", script,
            ],
            directory: directory.FullPath);

        try
        {
            var blocks = Block().Matches(File.ReadAllText(Testing.Repository.PathOf(page.Split('/')))).ToList();
            Assert.All(blocks, block => Assert.Contains(block.Groups["word"].Value, (string[])["", .. s_skipped]));
            Assert.Contains(blocks, block => block.Groups["word"].Length == 0);
            if (needsStack)
            {
                Run("./rinha run --detach").OrThrow("the stack did not start");
            }

            foreach (var block in blocks.Where(block => block.Groups["word"].Length == 0))
            {
                var text = block.Groups["text"].Value
                    .Replace("9999", $"{port}").Replace("9998", $"{metrics}").Replace(":9443", $":{tls}")
                    .Replace("--tls ", $"--tls-port {tls} --tls ").Replace("/etc/rinha", directory.File("etc"))
                    .Replace("/backup/", directory.File("etc/")).Replace("9990", $"{other}");
                text = Foreground().Replace(text, "./rinha run --detach");
                var exit = Run(text);
                Assert.True(exit.Succeeded, $"{text}\n{exit.Output}{exit.Error}");
            }
        }
        finally
        {
            Run("env -u RINHA_DATA ./rinha stop");
        }
    }

    [GeneratedRegex("(?ms)^```sh ?(?<word>[a-z]*)\n(?<text>.*?)^```")]
    private static partial Regex Block();

    [GeneratedRegex(@"\./rinha run(?!.*--detach)")]
    private static partial Regex Foreground();
}
