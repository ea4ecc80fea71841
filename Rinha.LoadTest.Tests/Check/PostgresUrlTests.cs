using Npgsql;

namespace Rinha.LoadTest.Tests.Check;

public sealed class PostgresUrlTests
{
    [Theory]
    [InlineData("postgres://rinha@/rinha?host=/run/postgresql", "/run/postgresql", 5432, "rinha", null, "rinha", null)]
    [InlineData("postgresql://u:p%40ss@127.0.0.1:6000/bank", "127.0.0.1", 6000, "u", "p@ss", "bank", null)]
    [InlineData("POSTGRES://u@db.example/bank", "db.example", 5432, "u", null, "bank", null)]
    [InlineData("postgres://u@h/b?options=-c%20search_path%3Dx", "h", 5432, "u", null, "b", "-c search_path=x")]
    [InlineData("postgres://u@/b?host=%2Ftmp%2Fa&options=-c%20a%3Db", "/tmp/a", 5432, "u", null, "b", "-c a=b")]
    public void What_the_server_is_told_is_understood(
        string text, string host, int port, string user, string? password, string name, string? options)
    {
        Assert.True(PostgresUrl.IsMeant(text));
        Assert.True(PostgresUrl.TryParse(text, out var url));

        var connection = new NpgsqlConnectionStringBuilder(url.ConnectionString);
        Assert.Equal(
            (host, port, user, name),
            (connection.Host, connection.Port, connection.Username, connection.Database));
        Assert.Equal((password, options), (connection.Password, connection.Options));
        Assert.False(connection.Pooling);
    }

    [Theory]
    [InlineData("postgres://h/b")]
    [InlineData("postgres://u@h")]
    [InlineData("postgres://u@h/")]
    [InlineData("postgres://u@h:port/b")]
    [InlineData("postgres://u@h/b?sslmode=require")]
    [InlineData("postgres://u@h/b?host")]
    public void What_it_cannot_follow_is_none(string text)
    {
        Assert.True(PostgresUrl.IsMeant(text));
        Assert.False(PostgresUrl.TryParse(text, out _));
    }

    [Theory]
    [InlineData("rinha.db")]
    [InlineData("/data/postgres://u@h/b")]
    [InlineData("sqlite:///data/rinha.db")]
    public void A_file_is_none(string text)
    {
        Assert.False(PostgresUrl.IsMeant(text));
        Assert.False(PostgresUrl.TryParse(text, out _));
    }
}
