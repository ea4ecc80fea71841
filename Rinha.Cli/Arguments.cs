using System.CommandLine.Parsing;
using Rinha.Stack;

namespace Rinha.Cli;

// Builds verbs and the options that several of them share.
internal static class Arguments
{
    public const int PortMax = 65_535;

    public static Command Verb(string name, string help, Func<ParseResult, int> run, params Symbol[] symbols)
    {
        var command = new Command(name, help);
        symbols.OfType<Option>().ToList().ForEach(command.Add);
        symbols.OfType<Argument>().ToList().ForEach(command.Add);
        command.SetAction(run);
        return command;
    }

    // A verb on a running stack: the one that --data names, or the only one.
    public static Command VerbOnStack(
        string name, string help, bool isChange, Func<DataDirectory, ParseResult, int> run, params Option[] options)
    {
        var data = Text("--data", "The stack's data directory (default: that of the running stack).");
        int Run(ParseResult parsed)
        {
            var named = parsed.GetValue(data);
            return run(isChange ? RunningStacks.ChooseToChange(named) : RunningStacks.Choose(named), parsed);
        }

        return Verb(name, help, Run, [data, .. options]);
    }

    public static Option<bool> Flag(string name, string help) => new(name) { Description = help };

    public static Option<string?> Text(string name, string help) => new(name) { Description = help };

    public static Option<int> Port(string name, int fallback, string help) => Number(name, fallback, 1, PortMax, help);

    public static Option<int> Number(string name, int fallback, int min, int max, string help, string? alias = null)
    {
        return new Option<int>(name, alias is null ? [] : [alias])
        {
            Description = help + ".",
            DefaultValueFactory = _ => fallback,
            CustomParser = Read,
        };

        int Read(ArgumentResult result)
        {
            try
            {
                return WholeNumber(name, result.Tokens[0].Value, min, max);
            }
            catch (UsageException error)
            {
                result.AddError(error.Message);
                return 0;
            }
        }
    }

    // name: the flag or variable that gave the text.
    public static int WholeNumber(string name, string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, null, out var number) && number >= min && number <= max
            ? number
            : throw new UsageException($"{name}: expected a whole number from {min} to {max}, not '{text}'");

    /// <summary>Agrees to installations. One object: a verb adds it, <see cref="Packages"/> reads it.</summary>
    public static Option<bool> Yes { get; } =
        Flag("--yes", "Install missing programs with apt-get without asking, as with CI=true in the environment.");

    public static Packages Packages(ParseResult parsed, Action<string> log) =>
        new(log, parsed.GetValue(Yes) || Environment.GetEnvironmentVariable("CI") == "true");

    public static Option<string> Stack() => new("--stack")
    {
        Description = $"Proxy and ledger: {string.Join(", ", StackLayout.Names)}.",
        DefaultValueFactory = _ => StackLayout.DefaultName,
    };

    public static Option<string> Split() => new("--split")
    {
        Description = "The CPU and memory split, a file stacks/STACK/NAME.env: split or tuned.",
        DefaultValueFactory = _ => StackLayout.DefaultSplit,
    };

    // Takes one option out of another program's arguments.
    public static (string? Value, IReadOnlyList<string> Others) Extract(Option<string?> option, string[] arguments)
    {
        var command = new Command("rest") { Options = { option }, TreatUnmatchedTokensAsErrors = false };
        var parsed = command.Parse(arguments);
        return parsed.Errors is [var error, ..]
            ? throw new UsageException(error.Message)
            : (parsed.GetValue(option), parsed.UnmatchedTokens);
    }

    // The given ones among these options, as arguments for another program.
    public static IEnumerable<string> Given(this ParseResult parsed, params Option[] options) =>
        from option in options
        let result = parsed.GetResult(option)
        where result is { Implicit: false }
        from argument in result.Tokens.Count == 0
            ? [option.Name]
            : result.Tokens.SelectMany(token => (string[])[option.Name, token.Value])
        select argument;
}
