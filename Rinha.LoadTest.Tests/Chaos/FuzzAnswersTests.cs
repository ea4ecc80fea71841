using Rinha.Chaos.Fuzz;

namespace Rinha.LoadTest.Tests.Chaos;

public sealed class FuzzAnswersTests
{
    private const string Head = "HTTP/1.1 404 Not Found\r\nContent-Length: 20\r\n\r\n";
    private const string Bare = """{"status":400,"title":"Bad Request"}""";
    private const string Problem = """{"status":404,"a":1}""";

    [Theory]
    [InlineData(Head + Problem + Head + Problem, false, Problem + "|" + Problem, "")]
    // The answer to a HEAD has a length and no body.
    [InlineData(Head, true, "", "")]
    [InlineData(Head + Head, true, "|", "")]
    // nginx adds an HTTP/0.9 answer.
    [InlineData(Head + Bare, true, "", Bare)]
    public void A_body_belongs_to_its_answer(string text, bool mayBeHead, string bodies, string rest)
    {
        var answers = Read(text, mayBeHead);

        Assert.Equal(bodies, string.Join('|', answers.All.Select(one => one.Body)));
        Assert.Equal(rest, answers.Remainder);
    }

    [Fact]
    public void A_torn_body_of_a_GET_is_detected() =>
        Assert.NotEmpty(Read(Head + "{\"sta", mayBeHead: false).Remainder);

    private static FuzzAnswers Read(string text, bool mayBeHead) =>
        FuzzAnswers.Read(Encoding.Latin1.GetBytes(text), ended: true, mayBeHead);
}
