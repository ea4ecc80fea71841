namespace Rinha.Server.Tests.EndToEnd;

// A server with few file descriptors.
public sealed class OpenFilesTests : ServerTest
{
    [Theory]
    [InlineData("64:1000", 1000)]
    [InlineData("64:", Limits.DescriptorsMax)]
    public void The_soft_limit_is_raised_as_far_as_needed_and_allowed(string openFiles, long wanted)
    {
        using var server = Start(openFiles);
        var (limit, hard) = LimitsOf(server.Id);

        Assert.Equal(Math.Min(wanted, hard), limit);
        var start = JsonDocument.Parse(server.Stop().Output.Split('\n')[0]).RootElement;
        Assert.Equal(limit, start.GetProperty("open_files_limit").GetInt64());
        Assert.Contains($"open files {limit}", start.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void When_descriptors_run_out_open_connections_are_served_and_new_ones_wait()
    {
        const int clients = 100;
        var ran = Stopwatch.StartNew();
        using var server = Start("64:64");
        using var first = server.Connect();
        first.Exchange(RawRequest.Get("/health")).AssertOk();
        var others = Enumerable.Range(0, clients).Select(_ => server.Connect()).ToList();
        others.ForEach(connection => connection.Send(RawRequest.Get("/clientes/1/extrato")));

        for (var request = 0; request < 100; request++)
        {
            first.Exchange(RawRequest.Credit).AssertOk();
            first.Exchange(RawRequest.Get("/clientes/1/extrato")).AssertOk();
        }

        // Each connection that closes makes room for one that waits.
        foreach (var connection in others)
        {
            connection.Receive().AssertOk();
            connection.Dispose();
        }

        first.Dispose();
        var failures = server.Stop().Output.TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("event_id").GetInt32() == 30)
            .ToList();
        Assert.InRange(failures.Count, 1, 1 + (long)ran.Elapsed.TotalSeconds);
        Assert.All(failures, line => Assert.Equal("Too many open files", line.GetProperty("reason").GetString()));
        // One try for each connection that comes or goes, and ten a second.
        Assert.InRange(
            failures.Sum(line => 1 + line.GetProperty("unlogged").GetInt64()),
            1,
            clients + (2 * clients) + (10 * ran.Elapsed.TotalSeconds));
    }

    private static (long Soft, long Hard) LimitsOf(int process)
    {
        const string name = "Max open files";
        var line = File.ReadLines($"/proc/{process}/limits")
            .First(line => line.StartsWith(name, StringComparison.Ordinal));
        var limits = line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (Number(limits[0]), Number(limits[1]));

        static long Number(string text) =>
            text == "unlimited" ? long.MaxValue : long.Parse(text, CultureInfo.InvariantCulture);
    }

    private ServerProcess Start(string openFiles) =>
        ServerProcess.StartUnder(["prlimit", $"--nofile={openFiles}"], Ledger, Socket);
}
