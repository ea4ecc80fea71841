namespace Rinha.Server.Tests.EndToEnd;

// A disk that fills up under the published binary: a small tmpfs.
public sealed class FullDiskTests : ServerTest
{
    private readonly string _disk;

    public FullDiskTests()
    {
        _disk = InDirectory("disk");
        Directory.CreateDirectory(_disk);
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess && RunTool("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _disk) == 0,
            "needs root that may mount a tmpfs");
    }

    private string LedgerOnDisk => Path.Combine(_disk, "rinha.db");

    [Fact]
    public void Writes_and_health_are_503_until_there_is_room_again_and_statements_go_on()
    {
        using var server = ServerProcess.Start(LedgerOnDisk, Socket);
        server.Post(1, 1, 'c', "before").AssertOk();
        Assert.Equal(1, Writable(server));
        var began = Stopwatch.StartNew();
        using (FillDisk())
        {
            Wait.Until(() => server.Send(RawRequest.Credit).Status == 503, "the disk is full");
            for (var post = 0; post < 1000; post++)
            {
                server.Send(RawRequest.Credit).AssertProblem(503, "storage-failed");
            }

            // Refusals write nothing: they prove nothing.
            server.Post(1, 100_000_000, 'd', "refused").AssertProblem(422);
            var health = server.Get("/health");
            Assert.Equal((503, "writes-failing"), (health.Status, health.Json.GetProperty("code").GetString()));
            server.Get("/health/live").AssertOk();
            Assert.Equal(0, Writable(server));
            Assert.Contains("before", server.Statement(1).Descriptions());
        }

        Wait.Until(() => server.Get("/health").Status == 200, "health recovers without a write");
        Assert.Equal(1, Writable(server));
        var balance = server.Statement(1).Balance();
        Assert.Equal(balance + 1, server.Send(RawRequest.Credit).AssertOk().Json.GetProperty("saldo").GetInt64());

        var failures = server.Stop().Output.Split("\"event\":\"StorageFailed\"").Length - 1;
        Assert.InRange(failures, 1, 1 + (began.ElapsedMilliseconds / Limits.LogIntervalMs));
        LedgerRows.AssertBalanced(LedgerOnDisk);
    }

    [Theory]
    [InlineData("rinha.db")]
    [InlineData("new.db")]
    public void A_start_on_a_full_disk_says_that_it_is_full(string name)
    {
        using (var server = ServerProcess.Start(LedgerOnDisk, Socket))
        {
            Assert.Equal(0, server.Stop().Code);
        }

        using (FillDisk())
        {
            ServerProcess.Run([], ("DATABASE_URL", Path.Combine(_disk, name)), ("API_SOCKET", Socket))
                .AssertRefused($"(the disk of {_disk} is full)");
        }

        using var later = ServerProcess.Start(LedgerOnDisk, Socket);
        later.Send(RawRequest.Credit).AssertOk();
    }

    protected override void CleanUp() => RunTool("umount", "--lazy", _disk);

    private static int RunTool(string name, params string[] arguments)
    {
        using var tool = new TestProcess([name, .. arguments]);
        return tool.AwaitExit().Code;
    }

    private static double Writable(ServerProcess server) =>
        MetricsText.Parse(server.Get("/metrics").Text)["rinha_ledger_writable"];

    // Takes all that is left, to the last byte, until disposed.
    private FileStream FillDisk()
    {
        var file = new FileStream(
            Path.Combine(_disk, "filler"),
            FileMode.Create,
            FileAccess.Write,
            FileShare.None,
            bufferSize: 0,
            FileOptions.DeleteOnClose);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
            }
        }
        catch (IOException)
        {
            return file;
        }
    }
}
