using Rinha.Chaos.Fuzz;

namespace Rinha.Server.Tests.Http;

// The fuzzer's known requests keep their answers and change only what they may.
public abstract class KnownRequestTests<TBank>(TBank bank) : HttpContract<TBank>(bank)
    where TBank : class, IBank
{
    [Theory]
    [MemberData(nameof(HttpCases.KnownNames), MemberType = typeof(HttpCases))]
    public void It_is_answered_once_and_changes_only_what_it_may(string name)
    {
        var known = KnownRequests.All.Single(request => request.Name == name);
        using (var connection = Bank.Connect())
        {
            connection.Send(known.Bytes);
            // The server closes the connection itself after input that is not HTTP.
            if (known.Status is 0 or 200 or 422 || known.Name.StartsWith("truncated", StringComparison.Ordinal))
            {
                connection.EndSending();
            }

            if (known.Status > 0)
            {
                Assert.Equal(known.Status, connection.Receive().Status);
            }

            Assert.True(connection.IsEnded(), "one request, one answer at most");
        }

        var isPosted = known.Status == 200 && known.Text.StartsWith("POST", StringComparison.Ordinal);
        Assert.Equal(isPosted ? 1 : 0, Bank.Statement(1).Balance());
        Bank.AssertBalanced();
    }
}

public sealed class AotKnownRequestTests(AotBank bank) : KnownRequestTests<AotBank>(bank);

public sealed class PostgresKnownRequestTests(PostgresBank bank) : KnownRequestTests<PostgresBank>(bank);
