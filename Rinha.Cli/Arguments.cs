using System.CommandLine.Parsing;

namespace Rinha.Cli;

/// <summary>Options that several verbs have.</summary>
internal static class Arguments
{
    private const int PortMax = 65_535;

    /// <summary>The data directory of a running stack.</summary>
    public static Option<string?> Data() => new("--data")
    {
        Description = "The data directory of the stack (default: that of the one that runs).",
    };

    /// <summary>A TCP port.</summary>
    public static Option<int> Port(string name, int fallback, string help) => Number(name, fallback, 1, PortMax, help);

    /// <summary>A whole number in a range.</summary>
    public static Option<int> Number(string name, int fallback, int least, int most, string help, string? alias = null)
    {
        var option = new Option<int>(name, alias is null ? [] : [alias])
        {
            Description = $"{help} (default: {fallback}).",
            DefaultValueFactory = _ => fallback,
            CustomParser = result => Read(result, least, most),
        };
        return option;
    }

    /// <summary>The name of a stack.</summary>
    public static Option<string> Stack() => new("--stack")
    {
        Description = "The proxy and the ledger: nginx-sqlite (default), nginx-postgres or caddy-postgres.",
        DefaultValueFactory = _ => StackLayout.DefaultName,
    };

    /// <summary>The name of a split.</summary>
    public static Option<string> Split() => new("--split")
    {
        Description = "How the limits are shared out, a file stacks/STACK/NAME.env: split (default) or tuned.",
        DefaultValueFactory = _ => StackLayout.DefaultSplit,
    };

    private static int Read(ArgumentResult result, int least, int most)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        result.AddError(
            $"{(result.Parent as OptionResult)?.Option.Name}: a whole number from {least} to {most}, not '{text}'");
        return 0;
    }
}
