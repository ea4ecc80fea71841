using System.CommandLine;
using System.Text.Json;
using Rinha.LoadTest.Journey;
using Rinha.LoadTest.Output;

namespace Rinha.LoadTest.Commands;

/// <summary><c>journey</c>: shows what <c>./rinha journey</c> has measured.</summary>
internal sealed class JourneyCommand
{
    private readonly Argument<string> _file = new("file") { Description = "What ./rinha journey wrote." };

    private readonly Option<string?> _json = new("--json")
    {
        Description = "Write every turn and the medians there, as JSON (docs/journey.md).",
    };

    private readonly Option<string?> _html = new("--html") { Description = "Write it there as a page with charts." };

    /// <summary>The command with its options.</summary>
    public Command Create()
    {
        var command = new Command("journey", "Show the stages that were measured by ./rinha journey.");
        command.Arguments.Add(_file);
        command.Options.Add(_json);
        command.Options.Add(_html);
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_file);
        JourneyReport report;
        try
        {
            using var file = File.OpenRead(path);
            report = JourneyJson.Read(file);
        }
        catch (JsonException error)
        {
            return Exit.Fail($"{path} is no journey: {error.Message}");
        }

        if (parsed.GetValue(_json) is { } json)
        {
            using var file = new FileStream(json, FileMode.Create);
            JourneyJson.Write(report, file);
        }

        if (parsed.GetValue(_html) is { } html)
        {
            using var writer = new StreamWriter(html);
            JourneyPage.Write(report, writer);
        }

        var noColor = Environment.GetEnvironmentVariable("NO_COLOR");
        JourneyText.Write(report, Console.Out, !Console.IsOutputRedirected && string.IsNullOrEmpty(noColor));
        return Exit.Success;
    }
}
