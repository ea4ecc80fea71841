namespace Rinha.LoadTest.Tests.Run;

// Generates requests, writes them to the wire, and parses the command line's values.
public sealed class RequestsTests
{
    private const int Many = 100_000;

    [Theory]
    [InlineData(Operation.Debit, 2, 61, """{"valor": 2, "tipo": "d", "descricao": "000000000z"}""")]
    [InlineData(Operation.Credit, 123_456_789, 62, """{"valor": 123456789, "tipo": "c", "descricao": "0000000010"}""")]
    public void A_transaction_matches_the_official_one_byte_for_byte_except_for_its_key(
        Operation operation, int amountCents, long text, string body)
    {
        var plan = new RequestPlan(operation, 1_000_000, amountCents, text);

        Assert.Equal(Post(""), Write(plan));
        Assert.Equal(Post($"Idempotency-Key: {body[^12..^2]}\r\n"), Write(plan, keys: true));
        Assert.Equal(Post("connection: close\r\n"), Write(plan, closes: true));

        string Post(string header) =>
            "POST /clientes/1000000/transacoes HTTP/1.1\r\ncontent-type: application/json\r\n"
            + $"user-agent: tester\r\naccept: */*\r\nhost: localhost:9999\r\n{header}"
            + $"content-length: {body.Length}\r\n\r\n{body}";
    }

    [Fact]
    public void A_statement_has_neither_body_nor_key()
    {
        const string head = "GET /clientes/3/extrato HTTP/1.1\r\n"
            + "user-agent: tester\r\naccept: */*\r\nhost: localhost:9999\r\n";
        var plan = new RequestPlan(Operation.Statement, 3, 34, 62);

        Assert.Equal(head + "\r\n", Write(plan));
        Assert.Equal(head + "\r\n", Write(plan, keys: true));
        Assert.Equal(head + "connection: close\r\n\r\n", Write(plan, closes: true));
    }

    [Theory]
    [InlineData(22, 11, 1)]
    [InlineData(0, 1, 1)]
    public void Operations_occur_in_proportion_clients_and_amounts_are_uniform(int debits, int credits, int statements)
    {
        var mix = new Mix(debits, credits, statements);

        var plans = Take(new RequestSequence(mix, 1));

        AssertShare((double)debits / mix.Total, plans.Count(plan => plan.Operation == Operation.Debit));
        AssertShare((double)credits / mix.Total, plans.Count(plan => plan.Operation == Operation.Credit));
        var clients = plans.CountBy(plan => plan.ClientId).ToDictionary();
        Assert.Equal([1, 2, 3, 4, 5], clients.Keys.Order());
        Assert.All(clients.Values, count => AssertShare(0.2, count));
        Assert.Equal((1, 10_000), (plans.Min(plan => plan.AmountCents), plans.Max(plan => plan.AmountCents)));
        AssertShare(0.5, plans.Count(plan => plan.AmountCents <= 5_000));
        Assert.All(plans, plan => Assert.InRange(plan.Text, 0, TextCode.Count - 1));
    }

    [Fact]
    public void The_same_seed_gives_the_same_requests_except_for_distinct_texts()
    {
        var plans = Take(new RequestSequence(Mix.Contest, 7));
        var distinct = Take(new RequestSequence(Mix.Contest, 7, distinctTexts: true));
        var others = Take(new RequestSequence(Mix.Contest, 7, distinctTexts: true));

        Assert.Equal(plans, Take(new RequestSequence(Mix.Contest, 7)));
        Assert.NotEqual(plans, Take(new RequestSequence(Mix.Contest, 8)));
        Assert.Equal(Many, distinct.DistinctBy(plan => plan.Text).Count());
        Assert.Empty(distinct.Select(plan => plan.Text).Intersect(others.Select(plan => plan.Text)));
        Assert.Equal(distinct.Select(plan => plan with { Text = 0 }), others.Select(plan => plan with { Text = 0 }));
    }

    [Fact]
    public void Every_number_round_trips_as_a_text()
    {
        var random = new Random(1);
        long[] numbers =
            [0, TextCode.Count - 1, .. Enumerable.Range(0, 1_000).Select(_ => random.NextInt64(TextCode.Count))];

        Assert.Equal(["0000000000", "zzzzzzzzzz"], numbers.Take(2).Select(Logs.TextOf));
        Assert.All(numbers, number =>
        {
            Assert.True(TextCode.TryRead(Encoding.ASCII.GetBytes(Logs.TextOf(number)), out var read));
            Assert.Equal(number, read);
        });
        Assert.All(["", "validacao", "00000000000", "000000000-", "00000000é"], text =>
            Assert.False(TextCode.TryRead(Encoding.UTF8.GetBytes(text), out _)));
    }

    [Fact]
    public void Weights_and_durations_are_parsed()
    {
        (string, Mix)[] mixes = [("22:11:1", new(22, 11, 1)), ("0:0:1", new(0, 0, 1)), ("original", new(32, 1, 1))];
        Assert.All(mixes, one => Assert.True(Mix.TryParse(one.Item1, out var mix) && mix == one.Item2, one.Item1));
        Assert.Equal("32:1:1", mixes[2].Item2.ToString());
        (string, double)[] durations =
            [("500us", 0.0005), ("0.25ms", 0.000_25), ("1.5s", 1.5), ("2m", 120), ("24h", 86_400)];
        Assert.All(durations, one =>
        {
            Assert.True(DurationText.TryParse(one.Item1, out var duration));
            Assert.Equal(one.Item2, duration.TotalSeconds, precision: 7);
        });
    }

    [Fact]
    public void An_objective_is_parsed_and_picks_its_latency()
    {
        var recorder = new LatencyRecorder();
        for (var ms = 1; ms <= 100_000; ms++)
        {
            recorder.Record(ms * 1_000_000L);
        }

        double[] percentiles = [50, 75, 90, 95, 99, 99.9, 99.99, 100];
        Assert.All(percentiles, percentile =>
        {
            var text = percentile == 100 ? "max=10ms" : $"p{percentile}=10ms";
            Assert.True(Objective.TryParse(text, out var objective));
            Assert.Equal(new Objective(text.Split('=')[0], 0.01, text), objective);
            // Ranks are whole milliseconds; the recorder keeps three digits.
            Assert.Equal(percentile, objective.ValueIn(recorder.ToReport()), percentile * 0.001);
        });
    }

    [Fact]
    public void Invalid_values_are_rejected()
    {
        Assert.All(
            ["", "1:2", "1:2:3:4", "0:0:0", "-1:2:3", "1:2:", "1.5:2:3", "1000001:1:1"],
            text => Assert.False(Mix.TryParse(text, out _), text));
        Assert.All(
            ["", "s", "10", "0s", "0.001us", "-1s", "1e3s", "1,5s", "1 s", "1m30s", "86401s", "NaNs"],
            text => Assert.False(DurationText.TryParse(text, out _), text));
        Assert.All(
            ["p99", "=10ms", "p99=", "p99=0s", "p99=10ms=20ms", "P99=10ms", "p98=10ms", "min=10ms", "p99<10ms"],
            text => Assert.False(Objective.TryParse(text, out _), text));
    }

    private static string Write(RequestPlan plan, bool keys = false, bool closes = false)
    {
        var buffer = new byte[1024];
        var length = new RequestWriter("localhost:9999", "tester", keys, closes).Write(plan, buffer);
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static List<RequestPlan> Take(RequestSequence sequence) =>
        [.. Enumerable.Range(0, Many).Select(_ => sequence.Next())];

    // Five standard deviations of a binomial distribution.
    private static void AssertShare(double share, int count)
    {
        var deviation = Math.Sqrt(Many * share * (1 - share));
        Assert.InRange(count - (share * Many), -5 * deviation, 5 * deviation);
    }
}
