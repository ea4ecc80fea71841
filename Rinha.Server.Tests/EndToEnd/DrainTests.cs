namespace Rinha.Server.Tests.EndToEnd;

/// <summary>How a server that is told to stop takes leave of its clients.</summary>
public sealed class DrainTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Every_request_on_an_open_connection_is_still_answered_and_says_that_it_was_the_last()
    {
        using var server = Start();
        var connections = Enumerable.Range(0, 20).Select(_ => server.Connect()).ToList();
        connections.ForEach(connection => connection.Exchange(RawRequest.Get("/health")).AssertOk());

        var exit = Task.Run(server.End);
        Wait.Until(() => !File.Exists(Socket), "the server takes no more connections");
        foreach (var connection in connections)
        {
            var answer = connection
                .Exchange(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body))
                .AssertOk();
            Assert.Equal("close", answer.Header("Connection"));
            Assert.True(connection.IsEnded());
            connection.Dispose();
        }

        Assert.Equal(0, (await exit).Code);
        Assert.Equal(20, LedgerRows.Query(Database, "SELECT saldo FROM clientes WHERE id = 1"));
    }

    [Fact]
    public async Task Whoever_keeps_on_asking_on_other_connections_does_not_hold_it_up()
    {
        using var server = Start();
        var connections = Enumerable.Range(0, 2_000).Select(_ => server.Connect()).ToList();
        connections.ForEach(connection => connection.Exchange(RawRequest.Get("/health")).AssertOk());

        var watch = Stopwatch.StartNew();
        var exit = Task.Run(server.End);
        Wait.Until(() => !File.Exists(Socket), "the server takes no more connections");
        var next = 0;
        for (; !exit.IsCompleted && next < connections.Count; next++)
        {
            if (!connections[next].HasMore())
            {
                connections[next].Send(RawRequest.Get("/health"));
            }

            Thread.Sleep(10);
        }

        // At 10 ms each, asking goes on for ten times as long as the server waits.
        Assert.True(next < connections.Count, "it waited until nobody asked");
        Assert.Equal(0, (await exit).Code);
        Assert.True(watch.ElapsedMilliseconds >= Limits.DrainTimeoutMs, "it did not wait for its clients");
        connections.ForEach(connection => connection.Dispose());
    }

    public void Dispose() => _directory.Dispose();

    private string Database => _directory.File("rinha.db");

    private string Socket => _directory.File("api.sock");

    private ServerProcess Start() => ServerProcess.Start(Database, Socket);
}
