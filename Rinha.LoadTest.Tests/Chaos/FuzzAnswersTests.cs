using Rinha.Chaos.Fuzz;

namespace Rinha.LoadTest.Tests.Chaos;

public sealed class FuzzAnswersTests
{
    private const string Head = "HTTP/1.1 404 Not Found\r\nContent-Length: 20\r\n\r\n";
    private const string Problem = """{"status":404,"a":1}""";

    [Fact]
    public void A_body_belongs_to_its_answer()
    {
        var answers = Read(Head + Problem + Head + Problem, mayBeHead: false);

        Assert.Equal([Problem, Problem], answers.All.Select(one => one.Body));
        Assert.Empty(answers.Rest);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Head)]
    public void The_answer_to_a_HEAD_has_a_length_and_no_body(string next)
    {
        var answers = Read(Head + next, mayBeHead: true);

        Assert.All(answers.All, one => Assert.Empty(one.Body));
        Assert.Empty(answers.Rest);
    }

    [Theory]
    [InlineData("{\"status\":400}")]
    [InlineData("{\"status\":400,\"title\":\"Bad Request\"}")]
    public void What_nginx_says_in_HTTP_0_9_behind_a_HEAD_is_not_its_body(string bare)
    {
        var answers = Read(Head + bare, mayBeHead: true);

        Assert.Equal([(404, "")], answers.All);
        Assert.Equal(bare, answers.Rest);
    }

    [Fact]
    public void A_torn_body_of_a_GET_is_seen() => Assert.NotEmpty(Read(Head + "{\"sta", mayBeHead: false).Rest);

    private static FuzzAnswers Read(string text, bool mayBeHead) =>
        FuzzAnswers.Read(Encoding.Latin1.GetBytes(text), ended: true, mayBeHead);
}
