namespace Rinha.Server.Tests.Http;

// Sends every operation of openapi.json a request for each of its statuses and checks the answers against the document
// (ApiContract).
public abstract class ApiOperationTests<TBank>(TBank bank) : HttpContract<TBank>(bank)
    where TBank : class, IBank
{
    // Tested elsewhere: slow clients (SlowClientTests), a failing ledger and a disabled reset (LedgerAnswerTests), and
    // the load balancer's own answers (StackTests, ProxyTests).
    private static readonly int[] s_testedElsewhere = [401, 403, 408, 429, 500, 501, 502, 503, 504];

    [Theory]
    [MemberData(nameof(HttpCases.Operations), MemberType = typeof(HttpCases))]
    public void It_answers_as_documented_in_every_status(string name)
    {
        Bank.Post(1, 1, 'c', "x").AssertOk();
        Bank.Post(1, 2, 'd', "y").AssertOk();
        var operation = ApiContract.Api.Operations.Single(one => one.ToString() == name);
        var seen = new SortedSet<int>();
        foreach (var (expected, request) in Requests(operation))
        {
            var answer = Bank.Send(request);
            Assert.True(expected == answer.Status, $"{name}: {answer.StatusLine} instead of {expected}");
            seen.Add(answer.Status);
        }

        var unseen = operation.Statuses.Except(seen).Except(s_testedElsewhere)
            .Except(operation.Path == "/reset" ? [404] : [])
            .Except(operation.Method == "POST" && operation.Path != "/reset" ? [] : [413]);
        Assert.Empty(unseen);
    }

    private static IEnumerable<(int Status, byte[] Request)> Requests(ApiOperation operation)
    {
        var (method, path) = (operation.Method, operation.Example);
        yield return (200, Good(operation, path));
        yield return (400, RawRequest.Of(method, path, headers: "Host: another"));
        yield return (405, RawRequest.Of("DELETE", path));
        yield return (414, RawRequest.Of(method, path + "?" + new string('x', Limits.RequestLineBytesMax)));
        yield return (
            431, RawRequest.Of(method, path, headers: "X: " + new string('x', Limits.RequestHeadersBytesMax)));
        yield return (505, RawRequest.Of(method, path, "HTTP/2.0"));
        if (operation.Path != path)
        {
            yield return (404, Good(operation, operation.Of("6")));
            yield return (404, Good(operation, operation.Of("01")));
        }

        var more = (method, operation.Path) switch
        {
            ("POST", "/clientes/{id}/transacoes") => Transactions(path),
            (_, "/clientes/{id}/transacoes") => Pages(method, path),
            (_, "/clientes/{id}/transacoes/{seq}") =>
                [(200, RawRequest.Of(method, path + "?x")), (404, RawRequest.Of(method, path + "23"))],
            (_, "/reset") => [(415, RawRequest.Post(path, "", null))],
            (_, "/metrics") => [(404, RawRequest.Of(method, "/%6detrics"))],
            _ => [],
        };
        foreach (var one in more)
        {
            yield return one;
        }
    }

    private static byte[] Good(ApiOperation operation, string path) => (operation.Method, operation.Path) switch
    {
        ("POST", "/clientes/{id}/transacoes") => RawRequest.Post(path, RawRequest.Body),
        ("POST", _) => RawRequest.Post(path, ""),
        var (method, _) => RawRequest.Of(method, path),
    };

    private static IEnumerable<(int Status, byte[] Request)> Transactions(string path)
    {
        yield return (422, RawRequest.Post(path, "{"));
        yield return (422, RawRequest.Post(path, BankExtensions.TransactionJson(100_000_000_000, 'd', "x")));
        var key = $"Idempotency-Key: {Guid.NewGuid()}";
        yield return (200, RawRequest.Post(path, RawRequest.Body, RawRequest.Json, key));
        yield return (200, RawRequest.Post(path, RawRequest.Body, RawRequest.Json, key));
        yield return (422, RawRequest.Post(path, BankExtensions.TransactionJson(2, 'c', "x"), RawRequest.Json, key));
        yield return (400, RawRequest.Post(path, RawRequest.Body, RawRequest.Json, "Idempotency-Key: two words"));
        yield return (413, RawRequest.Post(path, new string(' ', Limits.BodyBytesMax + 1)));
        yield return (415, RawRequest.Post(path, RawRequest.Body, "text/plain"));
    }

    private static IEnumerable<(int Status, byte[] Request)> Pages(string method, string path)
    {
        (int, string)[] queries =
        [
            (200, "limite=1"), (200, "limite=100"), (200, "antes=2"), (200, "antes=1"), (200, "antes=2&limite=1"),
            (400, "limite=0"), (400, "antes=0"),
        ];
        return queries.Select(query => (query.Item1, RawRequest.Of(method, $"{path}?{query.Item2}")));
    }
}

public sealed class AotApiOperationTests(AotBank bank) : ApiOperationTests<AotBank>(bank);

public sealed class PostgresApiOperationTests(PostgresBank bank) : ApiOperationTests<PostgresBank>(bank);
