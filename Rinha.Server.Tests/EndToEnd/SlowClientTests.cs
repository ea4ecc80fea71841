using System.Diagnostics;
using Rinha.Server.Tests.Fixtures;

namespace Rinha.Server.Tests.EndToEnd;

/// <summary>Clients that begin a request and never end it.</summary>
public sealed class SlowClientTests(AotBank bank) : IClassFixture<AotBank>
{
    [Fact]
    public void Who_stops_in_the_body_gets_408_and_changes_nothing()
    {
        using var connection = bank.Connect();
        var waited = Stopwatch.StartNew();
        connection.Send(RawRequest.Post("/clientes/1/transacoes", RawRequest.Body).AsSpan()[..^10]);

        connection.Receive().AssertProblem(408);

        Assert.True(connection.IsEnded());
        Assert.InRange(waited.ElapsedMilliseconds, 1000, 15_000);
        Assert.Equal(0, bank.Statement(1).Balance());
    }

    [Fact]
    public void Who_stops_in_the_headers_gets_408()
    {
        using var connection = bank.Connect();
        var waited = Stopwatch.StartNew();
        connection.Send("GET /clientes/1/extrato HTTP/1.1\r\nHost: loc");

        Assert.Equal(408, connection.Receive().Status);

        Assert.True(connection.IsEnded());
        Assert.InRange(
            waited.ElapsedMilliseconds, Limits.RequestHeadersTimeoutMs - 1000, Limits.RequestHeadersTimeoutMs + 5000);
    }

    [Fact]
    public void Who_sends_nothing_is_left_alone_and_served_later()
    {
        using var connection = bank.Connect();
        connection.Exchange(RawRequest.Get("/health")).AssertOk();

        Thread.Sleep(Limits.RequestHeadersTimeoutMs + 1000); // The time itself is what is tested.

        connection.Exchange(RawRequest.Get("/health")).AssertOk();
    }
}
