using Rinha.Server.Postgres;

namespace Rinha.Server.Tests.Postgres;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://rinha@db/bank", "db", 5432, "rinha", null, "bank")]
    [InlineData("postgresql://rinha@db/bank", "db", 5432, "rinha", null, "bank")]
    [InlineData("POSTGRES://rinha:secret@10.0.0.7:6432/bank", "10.0.0.7", 6432, "rinha", "secret", "bank")]
    [InlineData("postgres://rinha:a%40b%2Fc%3A@db/bank", "db", 5432, "rinha", "a@b/c:", "bank")]
    [InlineData("postgres://rinha@[::1]:6432/bank", "::1", 6432, "rinha", null, "bank")]
    [InlineData("postgres://rinha@[::1]/bank", "::1", 5432, "rinha", null, "bank")]
    [InlineData("postgres://rinha@/bank?host=/run/postgresql", "/run/postgresql", 5432, "rinha", null, "bank")]
    [InlineData("postgres:///bank?host=%2Frun%2Fpg&port=6432&user=rinha", "/run/pg", 6432, "rinha", null, "bank")]
    [InlineData("postgres://rinha@db?dbname=bank&password=x", "db", 5432, "rinha", "x", "bank")]
    [InlineData("postgres://rinha@db", "db", 5432, "rinha", null, "rinha")]
    public void An_address_says_where_to_connect(
        string url, string host, int port, string user, string? password, string database)
    {
        Assert.True(PostgresAddress.IsPostgresUrl(url));
        Assert.True(PostgresAddress.TryParse(url, out var address, out var reason), reason);

        var connection = address.Connection;
        Assert.Equal(
            (host, port, user, password, database),
            (connection.Host, connection.Port, connection.Username, connection.Password, connection.Database));
        Assert.Equal($"postgres://{user}@{(host == "::1" ? "[::1]" : host)}:{port}/{database}", address.ToString());
        Assert.False(address.NeedsPrimary);
    }

    [Theory]
    [InlineData("postgres://u:p@a,[::1]:5433,c/d", "postgres://u@a:5432,[::1]:5433,c:5432/d", true)]
    [InlineData("postgres://u@a:1,b:2/d?target_session_attrs=primary", "postgres://u@a:1,b:2/d", true)]
    [InlineData("postgres://u@a,b/d?target_session_attrs=any", "postgres://u@a:5432,b:5432/d", false)]
    [InlineData("postgres://u@a/d?target_session_attrs=read-write", "postgres://u@a:5432/d", true)]
    [InlineData("postgres://u@/d?host=/a,/b&port=6432", "postgres://u@/a:6432,/b:6432/d", true)]
    [InlineData("postgres://u@/d?host=a,b&port=,6432", "postgres://u@a:5432,b:6432/d", true)]
    public void An_address_may_name_several_hosts(string url, string hosts, bool needsPrimary)
    {
        Assert.True(PostgresAddress.TryParse(url, out var address, out var reason), reason);
        Assert.Equal((hosts, needsPrimary), (address.ToString(), address.NeedsPrimary));
    }

    [Fact]
    public void The_operators_connection_options_come_after_the_servers()
    {
        const string url =
            "postgres://u@h/d?options=-c%20search_path%3Dbank&sslmode=verify-full&application_name=api01";
        Assert.True(PostgresAddress.TryParse(url, out var address, out _));

        Assert.EndsWith(" -c search_path=bank", address.Connection.Options, StringComparison.Ordinal);
        Assert.Equal(Npgsql.SslMode.VerifyFull, address.Connection.SslMode);
        Assert.Equal("api01", address.Connection.ApplicationName);
    }

    [Theory]
    [InlineData("postgres://db/bank")] // No user.
    [InlineData("postgres://rinha@db:0/bank")]
    [InlineData("postgres://rinha@db:65536/bank")]
    [InlineData("postgres://rinha@db:x/bank")]
    [InlineData("postgres://rinha@db1,,db2/bank")]
    [InlineData("postgres://rinha@/bank?host=db1,db2,db3&port=1,2")]
    [InlineData("postgres://rinha@db1,db2/bank?target_session_attrs=standby")]
    [InlineData("postgres://rinha@db/bank?sslmode=sometimes")]
    [InlineData("postgres://rinha@db/bank?sslmode=1")]
    [InlineData("postgres://rinha@db/bank?sslrootcert=/is/not/there")]
    [InlineData("postgres://rinha@db/bank?pool_size=3")]
    [InlineData("postgres://rinha@db/bank?prepared_statements=0")]
    public void An_unusable_address_is_refused(string url)
    {
        Assert.False(PostgresAddress.TryParse(url, out _, out var reason));
        Assert.NotEmpty(reason);
    }

    [Theory]
    [InlineData("postgres://rinha:secret@db:x/bank")]
    [InlineData("postgres://rinha:one?secret@db/bank")]
    [InlineData("postgres://rinha@db/bank?sslpassword=secret")]
    public void The_password_is_not_in_the_reason_why_an_address_is_refused(string url)
    {
        Assert.False(PostgresAddress.TryParse(url, out _, out var reason));
        Assert.DoesNotContain("secret", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rinha.db")]
    [InlineData("sqlite:///rinha.db")]
    [InlineData("postgres:/rinha")]
    [InlineData("mysql://db")]
    public void Anything_else_is_not_a_PostgreSQL_address(string text) =>
        Assert.False(PostgresAddress.IsPostgresUrl(text));
}
