using Microsoft.AspNetCore.Http;
using Rinha.Server.Http;

namespace Rinha.Server.Tests.Http;

public sealed class ProblemTests
{
    [Fact]
    public void A_problem_is_exactly_these_bytes() =>
        Assert.Equal(
            """{"type":"about:blank","title":"Not Found","status":404,"detail":"there is no such client"}""",
            Encoding.UTF8.GetString(Problem.UnknownAccount.Body.Span));

    [Fact]
    public void Every_problem_says_its_own_status_and_why()
    {
        Problem[] problems =
        [
            Problem.BadRequest,
            Problem.UnknownPath,
            Problem.UnknownAccount,
            Problem.OnlyGet,
            Problem.OnlyPost,
            Problem.RequestTimeout,
            Problem.BodyTooLarge,
            Problem.NotJson,
            Problem.LimitExceeded,
            Problem.BalanceOverflow,
            Problem.Unexpected,
            Problem.Busy,
            Problem.Overloaded,
            Problem.StorageFailed,
            Problem.OutcomeUnknown,
            Problem.Stopping,
            .. Enum.GetValues<TransactionError>().Select(Problem.Of),
        ];
        foreach (var problem in problems)
        {
            using var json = JsonDocument.Parse(problem.Body);
            Assert.Equal("about:blank", json.RootElement.GetProperty("type").GetString());
            Assert.Equal(problem.Status, json.RootElement.GetProperty("status").GetInt32());
            Assert.NotEmpty(json.RootElement.GetProperty("title").GetString()!);
            Assert.NotEmpty(json.RootElement.GetProperty("detail").GetString()!);
        }
    }

    [Theory]
    [InlineData(PostResult.UnknownAccount, 404, false)]
    [InlineData(PostResult.LimitExceeded, 422, false)]
    [InlineData(PostResult.BalanceOverflow, 422, false)]
    [InlineData(PostResult.Busy, 503, true)]
    [InlineData(PostResult.Overloaded, 503, true)]
    [InlineData(PostResult.StorageFailed, 503, true)]
    [InlineData(PostResult.OutcomeUnknown, 503, false)]
    [InlineData(PostResult.Stopping, 503, true)]
    public void A_write_that_was_not_accepted_has_one_status(PostResult result, int status, bool retry)
    {
        Assert.Equal(status, Problem.Of(result).Status);
        Assert.Equal(retry, Problem.Of(result).Retry);
    }

    [Theory]
    [InlineData(LookupResult.UnknownAccount, 404)]
    [InlineData(LookupResult.Busy, 503)]
    [InlineData(LookupResult.StorageFailed, 503)]
    public void A_read_that_found_nothing_has_one_status(LookupResult result, int status) =>
        Assert.Equal(status, Problem.Of(result).Status);

    [Fact]
    public void A_body_that_breaks_off_has_one_status()
    {
        Assert.Equal(400, Problem.OfBrokenBody(new BadHttpRequestException("bad chunk", 400)).Status);
        Assert.Equal(408, Problem.OfBrokenBody(new BadHttpRequestException("too slow", 408)).Status);
        Assert.Equal(400, Problem.OfBrokenBody(new IOException("chunk size past 64 bits")).Status);
    }

    [Fact]
    public void Every_error_of_a_body_is_422_with_a_detail_of_its_own()
    {
        var problems = Enum.GetValues<TransactionError>()
            .Where(error => error != TransactionError.None)
            .Select(Problem.Of)
            .ToList();

        Assert.All(problems, problem => Assert.Equal(422, problem.Status));
        var bodies = problems.Select(problem => Encoding.UTF8.GetString(problem.Body.Span));
        Assert.Equal(problems.Count, bodies.Distinct().Count());
    }
}
