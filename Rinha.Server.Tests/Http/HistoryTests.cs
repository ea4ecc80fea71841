namespace Rinha.Server.Tests.Http;

/// <summary><c>GET /clientes/{id}/transacoes</c>: the whole history, page by page.</summary>
public abstract class HistoryTests<TBank> : IClassFixture<TBank>
    where TBank : class, IBank
{
    private readonly TBank _bank;

    protected HistoryTests(TBank bank)
    {
        _bank = bank;
        bank.Reset();
    }

    [Fact]
    public void An_entry_has_its_sequence_and_what_a_statement_says_of_it()
    {
        _bank.Post(1, 30, 'c', "first").AssertOk();
        _bank.Post(1, 20, 'd', "d\"💰").AssertOk();

        var history = _bank.Get("/clientes/1/transacoes").AssertOk().Json;

        var entries = history.GetProperty("transacoes").EnumerateArray().ToList();
        Assert.Equal([2, 1], entries.Select(entry => (int)Sequence(entry)));
        Assert.Equal(JsonValueKind.Null, history.GetProperty("proxima").ValueKind);
        var listed = _bank.Statement(1).GetProperty("ultimas_transacoes").EnumerateArray();
        foreach (var (entry, other) in entries.Zip(listed))
        {
            Assert.Equal(
                other.EnumerateObject().Select(field => (field.Name, field.Value.GetRawText())),
                entry.EnumerateObject().Skip(1).Select(field => (field.Name, field.Value.GetRawText())));
        }
    }

    [Fact]
    public void The_next_page_begins_where_this_one_says()
    {
        for (var number = 1; number <= 45; number++)
        {
            _bank.Post(1, number, 'c', "x").AssertOk();
        }

        var pages = new List<int>();
        var seen = new List<long>();
        var query = "";
        do
        {
            var history = _bank.Get("/clientes/1/transacoes" + query).AssertOk().Json;
            var sequences = history.GetProperty("transacoes").EnumerateArray().Select(Sequence).ToList();
            pages.Add(sequences.Count);
            seen.AddRange(sequences);
            var next = history.GetProperty("proxima");
            query = next.ValueKind == JsonValueKind.Null ? "" : $"?antes={next.GetInt64()}";
        }
        while (query.Length > 0);

        Assert.Equal([20, 20, 5], pages);
        Assert.Equal(Enumerable.Range(1, 45).Reverse().Select(number => (long)number), seen);
    }

    [Theory]
    [InlineData("?antes=3", 2, 1)]
    [InlineData("?limite=1", 3)]
    [InlineData("?limite=1&antes=3", 2)]
    [InlineData("?antes=%33&limite=0100", 2, 1)]
    [InlineData("?antes=9223372036854775807", 3, 2, 1)]
    [InlineData("?", 3, 2, 1)]
    [InlineData("?antes=1")]
    public void A_query_says_which_part(string query, params int[] expected)
    {
        for (var number = 1; number <= 3; number++)
        {
            _bank.Post(2, number, 'c', "x").AssertOk();
        }

        var history = _bank.Get("/clientes/2/transacoes" + query).AssertOk().Json;

        var entries = history.GetProperty("transacoes").EnumerateArray();
        Assert.Equal(expected, entries.Select(entry => (int)Sequence(entry)));
    }

    [Theory]
    [InlineData("?antes=")]
    [InlineData("?antes")]
    [InlineData("?antes=0")]
    [InlineData("?antes=-1")]
    [InlineData("?antes=+1")]
    [InlineData("?antes=1.0")]
    [InlineData("?antes=1%20")]
    [InlineData("?antes=9223372036854775808")]
    [InlineData("?limite=0")]
    [InlineData("?limite=101")]
    [InlineData("?limite=x")]
    [InlineData("?limite=5&limite=5")]
    [InlineData("?antes=5&antes=5")]
    [InlineData("?Limite=5")]
    [InlineData("?limit=5")]
    [InlineData("?antes=5&x=1")]
    public void A_query_that_cannot_be_meant_so_is_400(string query)
    {
        _bank.Get("/clientes/1/transacoes" + query).AssertProblem(400);
        _bank.Get("/clientes/6/transacoes" + query).AssertProblem(404);
    }

    private static long Sequence(JsonElement entry) => entry.GetProperty("seq").GetInt64();
}

public sealed class InProcessHistoryTests(InProcessBank bank) : HistoryTests<InProcessBank>(bank);

public sealed class AotHistoryTests(AotBank bank) : HistoryTests<AotBank>(bank);

public sealed class PostgresHistoryTests(PostgresBank bank) : HistoryTests<PostgresBank>(bank);
