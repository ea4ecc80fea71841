namespace Rinha.Server.Tests.EndToEnd;

public sealed class SlowClientTests(AotBank bank) : IClassFixture<AotBank>
{
    [Fact]
    public void A_client_that_stops_in_the_body_gets_408_and_changes_nothing()
    {
        using var connection = bank.Connect();
        connection.Send(RawRequest.Credit.AsSpan()[..^10]);

        connection.Receive().AssertProblem(408);

        Assert.True(connection.IsEnded());
        Assert.Equal(0, bank.Statement(1).Balance());
    }

    [Fact]
    public void A_client_that_stops_in_the_headers_gets_408()
    {
        using var connection = bank.Connect();
        var waited = Stopwatch.StartNew();
        connection.Send("GET /clientes/1/extrato HTTP/1.1\r\nHost: loc");

        connection.Receive().AssertProblem(408, "request-timeout");

        Assert.True(connection.IsEnded());
        Assert.True(waited.ElapsedMilliseconds >= Limits.RequestHeadersTimeoutMs - 1000, "cut off too soon");
    }

    [Fact]
    public void An_idle_client_is_kept_and_served_later()
    {
        using var connection = bank.Connect();
        connection.Exchange(RawRequest.Get("/health")).AssertOk();

        Thread.Sleep(Limits.RequestHeadersTimeoutMs + 1000); // The time itself is under test.

        connection.Exchange(RawRequest.Get("/health")).AssertOk();
    }

    [Fact]
    public async Task A_client_that_does_not_read_gets_every_answer_later_and_delays_no_other()
    {
        const int requests = 5000; // Their answers exceed all buffers on the way many times.
        bank.Post(2, RawRequest.Body).AssertOk();
        using var connection = bank.Connect();
        var request = RawRequest.Get("/clientes/2/extrato");
        var sent = Task.Run(
            () =>
            {
                for (var number = 0; number < requests; number++)
                {
                    connection.Send(request);
                }
            },
            TestContext.Current.CancellationToken);

        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.False(sent.IsCompleted, "the server has read everything");
        bank.Get("/clientes/1/extrato").AssertOk();

        for (var number = 0; number < requests; number++)
        {
            connection.Receive().AssertOk();
        }

        await sent;
        Assert.False(connection.HasMore());
    }

    [Fact]
    public async Task A_client_that_leaves_unread_answers_affects_no_other()
    {
        for (var round = 0; round < 20; round++)
        {
            using var connection = bank.Connect();
            for (var number = 0; number < 50; number++)
            {
                connection.Send(RawRequest.Post("/clientes/3/transacoes", RawRequest.Body));
            }

            await Task.Delay(round, TestContext.Current.CancellationToken);
            connection.Abort();
        }

        bank.Get("/clientes/3/extrato").AssertOk();
        bank.Post(3, RawRequest.Body).AssertOk();
    }
}
