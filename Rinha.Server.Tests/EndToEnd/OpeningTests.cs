namespace Rinha.Server.Tests.EndToEnd;

// The first five seconds of the contest's simulation after a cold start, where most entries lost their points.
public abstract class OpeningTests<TStack>(TStack stack) : IClassFixture<TStack>
    where TStack : StackFixture
{
    private const int ColdStarts = 20;

    [Fact]
    public void The_official_opening_has_no_failure_after_any_cold_start()
    {
        for (var start = 0; start < ColdStarts; start++)
        {
            if (start > 0)
            {
                stack.RestartEmpty();
            }

            // The contest's runner sends each API exactly one request before the burst.
            stack.Get("/clientes/1/extrato").AssertOk();
            stack.Get("/clientes/1/extrato").AssertOk();
            Burst('d', -25);
            Burst('c', 0);
            ParallelThreads.Run([
                .. SeedAccounts.LimitsCents.Select(account => (Action)(() => Criteria(account.Key, account.Value))),
                () => stack.Get("/clientes/6/extrato").AssertProblem(404),
            ]);
            stack.AssertBalanced();
        }
    }

    private static void AssertEntry(JsonElement entry, long amount, string kind, string description)
    {
        Assert.Equal(amount, entry.GetProperty("valor").GetInt64());
        Assert.Equal(kind, entry.GetProperty("tipo").GetString());
        Assert.Equal(description, entry.GetProperty("descricao").GetString());
    }

    private static string Member(JsonElement statement, string name) =>
        statement.GetProperty("saldo").GetProperty(name).GetRawText();

    // 25 users at once, each on its own connection; then one reads the balance.
    private void Burst(char kind, long balance)
    {
        ParallelThreads.Run(25, _ => stack.Post(1, 1, kind, "validacao").AssertOk());

        Assert.Equal(balance, stack.Statement(1).Balance());
    }

    // criteriosClientes: one user on one connection.
    private void Criteria(long id, long limit)
    {
        using var user = stack.Connect();
        var path = $"/clientes/{id}/transacoes";
        var get = RawRequest.Get($"/clientes/{id}/extrato");

        var first = user.Exchange(get).AssertOk().Json;
        Assert.Equal($"{limit}", Member(first, "limite"));
        Assert.Equal("0", Member(first, "total"));

        foreach (var (kind, description) in new[] { ('c', "toma"), ('d', "devolve") })
        {
            var answer = user.Exchange(RawRequest.Post(
                path, BankExtensions.TransactionJson(1, kind, description))).AssertOk().Json;
            Assert.Equal(limit, answer.GetProperty("limite").GetInt64());
            Assert.True(answer.GetProperty("saldo").GetInt64() >= -limit);
        }

        var latest = user.Exchange(get).AssertOk().Json.GetProperty("ultimas_transacoes");
        AssertEntry(latest[0], 1, "d", "devolve");
        AssertEntry(latest[1], 1, "c", "toma");

        var danada = user.Exchange(RawRequest.Post(
            path, BankExtensions.TransactionJson(1, 'c', "danada"))).AssertOk().Json;
        ParallelThreads.Run(4, number =>
        {
            // One on the post's connection, three on new ones, so that both APIs serve some.
            using var other = number == 0 ? null : stack.Connect();
            var statement = (other ?? user).Exchange(get).AssertOk().Json;
            AssertEntry(statement.GetProperty("ultimas_transacoes")[0], 1, "c", "danada");
            Assert.Equal(danada.GetProperty("limite").GetRawText(), Member(statement, "limite"));
            Assert.Equal(danada.GetProperty("saldo").GetRawText(), Member(statement, "total"));
        });

        string[] unusable =
        [
            """{"valor": 1.2, "tipo": "d", "descricao": "devolve"}""",
            """{"valor": 1, "tipo": "x", "descricao": "devolve"}""",
            """{"valor": 1, "tipo": "c", "descricao": "123456789 e mais um pouco"}""",
            """{"valor": 1, "tipo": "c", "descricao": ""}""",
            """{"valor": 1, "tipo": "c", "descricao": null}""",
        ];
        foreach (var body in unusable)
        {
            user.Exchange(RawRequest.Post(path, body)).AssertProblem(422);
        }
    }
}

public sealed class SqliteOpeningTests(StackFixture stack) : OpeningTests<StackFixture>(stack);

public sealed class PostgresOpeningTests(PostgresStackFixture stack) : OpeningTests<PostgresStackFixture>(stack);
