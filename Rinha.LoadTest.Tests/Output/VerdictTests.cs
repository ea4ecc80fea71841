using Rinha.LoadTest.Output;
using Rinha.LoadTest.Tests.Output.Samples;

namespace Rinha.LoadTest.Tests.Output;

public sealed class VerdictTests
{
    [Theory]
    [InlineData("closed", "good", "All 744,000 requests were answered as they should be")]
    [InlineData("open", "warning", "66 of 120,000 requests failed")]
    [InlineData("contest", "good", "The contest pays in full: USD 100,000.00")]
    [InlineData("contest-fined", "failed", "The contest pays USD 94,890.97, after USD 5,109.03 of fines")]
    [InlineData("check", "failed", "The bank broke its rules: the checks found 2 violations")]
    [InlineData("find-max", "good", "The highest rate that keeps p99=10ms is 9,600 requests/s")]
    [InlineData("baseline", "failed", "Worse than main by more than 5.00%: p50, p90, p99")]
    [InlineData("empty", "failed", "No request was answered as it should be")]
    [InlineData("one-second", "warning", "Interrupted, but all 12,400 requests were answered as they should be")]
    public void The_worst_thing_is_said(string sample, string word, string sentence)
    {
        var verdict = Verdict.Of(SampleReports.All[sample]);
        Assert.Equal((word, sentence), (verdict.Word, verdict.Sentence));
    }
}
