namespace Rinha.Server.Tests.Http;

// GET /clientes/{id}/transacoes, the paged history.
public abstract class HistoryTests<TBank>(TBank bank) : HttpContract<TBank>(bank)
    where TBank : class, IBank
{
    [Fact]
    public void An_entry_has_its_sequence_and_the_fields_of_a_statement()
    {
        Bank.Post(1, 30, 'c', "first").AssertOk();
        Bank.Post(1, 20, 'd', "d\"💰").AssertOk();

        var history = Bank.Get(Path).AssertOk().Json;

        Assert.Equal([2, 1], Sequences(history));
        Assert.Equal(JsonValueKind.Null, history.GetProperty("proxima").ValueKind);
        var listed = Bank.Statement(1).GetProperty("ultimas_transacoes").EnumerateArray();
        foreach (var (entry, other) in history.GetProperty("transacoes").EnumerateArray().Zip(listed))
        {
            Assert.Equal(
                other.EnumerateObject().Select(field => (field.Name, field.Value.GetRawText())),
                entry.EnumerateObject().Skip(1).Select(field => (field.Name, field.Value.GetRawText())));
        }
    }

    [Fact]
    public void A_page_has_twenty_entries_and_the_start_of_the_next()
    {
        for (var number = 1; number <= 21; number++)
        {
            Bank.Post(1, number, 'c', "x").AssertOk();
        }

        var history = Bank.Get(Path).AssertOk().Json;
        Assert.Equal(Enumerable.Range(2, 20).Reverse().Select(number => (long)number), Sequences(history));
        Assert.Equal(2, history.GetProperty("proxima").GetInt64());
        Assert.Equal([1], Sequences(Bank.Get(Path + "?antes=2").AssertOk().Json));
    }

    [Theory]
    [InlineData("?antes=3", 2, 1)]
    [InlineData("?limite=1", 3)]
    [InlineData("?limite=1&antes=3", 2)]
    [InlineData("?antes=%33&limite=0100", 2, 1)]
    [InlineData("?antes=9223372036854775807", 3, 2, 1)]
    [InlineData("?", 3, 2, 1)]
    [InlineData("?antes=1")]
    public void A_query_selects_a_page(string query, params int[] expected)
    {
        for (var number = 1; number <= 3; number++)
        {
            Bank.Post(1, number, 'c', "x").AssertOk();
        }

        Assert.Equal(expected.Select(seq => (long)seq), Sequences(Bank.Get(Path + query).AssertOk().Json));
    }

    [Theory]
    [MemberData(nameof(HttpCases.BadPages), MemberType = typeof(HttpCases))]
    public void An_invalid_query_is_400_unless_the_account_is_unknown(string query)
    {
        Bank.Get(Path + query).AssertProblem(400, "invalid-page");
        Bank.Get("/clientes/6/transacoes" + query).AssertProblem(404, "unknown-account");
    }

    private static List<long> Sequences(JsonElement history) =>
        [.. history.GetProperty("transacoes").EnumerateArray().Select(entry => entry.GetProperty("seq").GetInt64())];
}

public sealed class AotHistoryTests(AotBank bank) : HistoryTests<AotBank>(bank);

public sealed class PostgresHistoryTests(PostgresBank bank) : HistoryTests<PostgresBank>(bank);
