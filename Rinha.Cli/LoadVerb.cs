using Rinha.Stack;

namespace Rinha.Cli;

// load: runs the load tester, which parses all flags but --data, on a URL or on the running stack.
internal static class LoadVerb
{
    public const string Name = "load";

    private const string Compare = "compare";

    private static readonly Option<string?> s_data = ServerChoice.Data();

    // For the list of verbs only: the arguments are the load tester's.
    public static Command Create() =>
        new(Name, "Load a running stack: latencies, the highest rate, or correctness; or compare two reports.")
        {
            s_data,
        };

    public static int Run(string[] arguments)
    {
        var (data, others) = Arguments.Extract(s_data, arguments);
        if (others is [Compare, ..])
        {
            return Foreground.ExecLoadTester(others);
        }

        if (others.Any(argument => argument is "--help" or "-h" or "-?"))
        {
            Console.WriteLine(
                $"Without a URL, ./rinha load takes the running stack, or that of --data DIR. " +
                $"./rinha load {Compare} BEFORE AFTER compares two saved reports.\n");
            return Foreground.ExecLoadTester([Name, .. others]);
        }

        return ServerChoice.Run(others.FirstOrDefault(IsUrl), data, url =>
            Foreground.ExecLoadTester([Name, .. others, .. others.Any(IsUrl) ? (string[])[] : [url]]));
    }

    private static bool IsUrl(string argument) =>
        ((string[])["http:", "https:", "unix:"]).Any(scheme =>
            argument.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));
}

// The server that load and smoke send requests to.
internal static class ServerChoice
{
    public static Option<string?> Data() => Arguments.Text(
        "--data", "The data directory of the running stack to load, instead of a URL.");

    // On the URL, else on the running stack that --data names, else on the only one.
    public static int Run(string? url, string? data, Func<string, int> run)
    {
        if (url is not null)
        {
            return data is null ? run(url) : throw new UsageException("--data and a URL exclude each other");
        }

        var directory = RunningStacks.Choose(data, "--data or a URL");
        var place = data is null ? "" : $" on {directory.FullPath}";
        return StackInstance.Read(directory) is { IsSupervised: true } stack
            ? run(stack.State.Url)
            : Exit.Report($"no stack is running{place} (./rinha run), and no URL is given", Exit.NotRunning);
    }
}
