using System.CommandLine;
using Rinha.LoadTest.Contest;
using Rinha.LoadTest.Http;

namespace Rinha.LoadTest.Commands;

// contest: the official simulation, request for request, and the contest's score.
internal sealed class ContestCommand
{
    private readonly Argument<Target> _url = Arguments.Url();
    private readonly Option<bool> _short = Arguments.Plain<bool>("--short", "The opening, then a ramp of 20 s only.");
    private readonly Option<bool> _wait = Arguments.Plain<bool>(
        "--wait-validations", "Start the load only after all validations; officially it waits for the 404 alone.");

    private readonly Option<int> _seed = Arguments.Number(
        "--seed", null, 1, 0, int.MaxValue, "Clients, amounts and texts: the same seed, the same ones.");

    private readonly ReportOptions _report = new();

    public Command Create() => Arguments.Command(
        "contest",
        "Run the contest's official simulation and score it.",
        Run,
        [_url, _short, _wait, _seed, .. _report.All]);

    private int Run(ParseResult parsed)
    {
        var target = parsed.GetRequiredValue(_url);
        if (!target.Answers())
        {
            return Exit.NoServer(target);
        }

        var options = new ContestOptions(
            parsed.GetValue(_short) ? ContestSchedule.Short : ContestSchedule.Official,
            parsed.GetValue(_wait),
            parsed.GetValue(_seed));
        var environment = _report.Environment(parsed, target.Url);
        var report = _report.Watch(parsed, (control, framesPerSecond) =>
            ContestSession.Run(target, options, environment, control, framesPerSecond));
        _report.Write(parsed, report);
        return report.Summary.Failed > 0 ? Exit.Fail($"{report.Summary.Failed} requests failed") : Exit.Success;
    }
}
