using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

public sealed class RouterTests
{
    [Theory]
    [InlineData("/clientes/1/transacoes", nameof(Route.Transactions), 1)]
    [InlineData("/clientes/5/extrato", nameof(Route.Statement), 5)]
    [InlineData("/clientes/6/extrato", nameof(Route.Statement), 6)]
    [InlineData("/clientes/42/transacoes", nameof(Route.Transactions), 42)]
    [InlineData("/clientes/100/extrato", nameof(Route.Statement), 100)]
    [InlineData("/clientes/999999999999999999/extrato", nameof(Route.Statement), 999_999_999_999_999_999)]
    public void An_account_path_gives_its_route_and_id(string path, string route, long id)
    {
        Assert.Equal(route, Router.Match(path, out var accountId).ToString());
        Assert.Equal(id, accountId);
    }

    [Theory]
    [InlineData("/health", nameof(Route.Health))]
    [InlineData("/health/live", nameof(Route.Liveness))]
    [InlineData("/reset", nameof(Route.Reset))]
    [InlineData("/openapi.json", nameof(Route.Document))]
    [InlineData("/metrics", nameof(Route.Metrics))]
    public void The_other_paths_stand_alone(string path, string route) =>
        Assert.Equal(route, Router.Match(path, out _).ToString());

    [Theory]
    [MemberData(nameof(Paths.NotIntegers), MemberType = typeof(Paths))]
    public void An_id_that_is_no_plain_integer_leads_nowhere(string id)
    {
        Assert.Equal(Route.Unknown, Router.Match($"/clientes/{id}/extrato", out _));
        Assert.Equal(Route.Unknown, Router.Match($"/clientes/{id}/transacoes", out _));
    }

    [Theory]
    [MemberData(nameof(Paths.Unknown), MemberType = typeof(Paths))]
    public void Anything_else_leads_nowhere(string path) => Assert.Equal(Route.Unknown, Router.Match(path, out _));

    [Fact]
    public void No_beginning_of_a_path_and_no_longer_one_is_that_path()
    {
        string[] paths =
            ["/clientes/1/transacoes", "/clientes/1/extrato", "/health", "/reset", "/openapi.json", "/metrics"];
        foreach (var path in paths)
        {
            for (var length = 0; length < path.Length; length++)
            {
                Assert.Equal(Route.Unknown, Router.Match(path[..length], out _));
            }

            Assert.Equal(Route.Unknown, Router.Match(path + "/", out _));
            Assert.Equal(Route.Unknown, Router.Match(path + "x", out _));
        }
    }
}
