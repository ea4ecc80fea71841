using System.Text.RegularExpressions;
using Rinha.Stack;
using Rinha.Stack.Builds;
using Rinha.Stack.Databases;

namespace Rinha.Cli;

/// <summary>
/// <c>test</c>: every test, or those whose class or method contains a word; the last line counts them.
/// </summary>
internal static partial class TestVerb
{
    // Projects of one line run side by side. The stacks want both cores for themselves.
    private static readonly string[][] s_projects =
        [["Rinha.Server.Tests", "Rinha.LoadTest.Tests"], ["Rinha.Stack.Tests"]];

    private static readonly Argument<string?> s_filter = new("filter")
    {
        Description = "Only tests whose full name, with its class, contains this.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() => Arguments.Verb(
        "test",
        "Run every test, or those whose name contains a word.",
        parsed => Run(parsed.GetValue(s_filter)),
        s_filter);

    private static int Run(string? filter)
    {
        var (passed, failed) = (0, 0);
        try
        {
            GetPrograms();
            var chosen = s_projects
                .Select(projects => projects.Where(name => HasTests(name, filter)).ToList()).ToList();
            Build(filter is null ? null : chosen.SelectMany(projects => projects));
            // The stacks start a PostgreSQL of their own.
            using var database = chosen[0].Count > 0 ? new TestDatabase() : null;
            var url = database?.Url ?? "";
            foreach (var count in chosen.SelectMany(projects =>
                projects.AsParallel().Select(name => RunProject(name, filter, url))))
            {
                passed += count.Passed;
                failed += count.Failed;
            }

            return passed + failed == 0
                ? throw new StackException($"no test matches '{filter}'")
                : failed == 0 ? Exit.Success : Exit.Failure;
        }
        finally
        {
            // Whatever happens on the way, the last line is the count.
            Console.WriteLine($"{passed} passed, {failed} failed");
        }
    }

    // Which projects are worth a build: those with a file that has the filter's last word.
    private static bool HasTests(string project, string? filter)
    {
        var word = filter?.Split('.', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        return Directory.EnumerateFiles(Repository.PathOf(project), "*.cs", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains(word, StringComparison.Ordinal));
    }

    // All of the solution, or those of some projects that are not up to date.
    private static void Build(IEnumerable<string>? projects)
    {
        var dotnet = new DotNet(Console.WriteLine);
        if (projects is null)
        {
            dotnet.Run("build", Repository.PathOf("Rinha.slnx"));
        }

        foreach (var project in (projects ?? []).Where(project => !Publisher.IsUpToDate(AssemblyOf(project))))
        {
            var begun = DateTime.UtcNow;
            dotnet.Run("build", Repository.PathOf(project));
            File.SetLastWriteTimeUtc(AssemblyOf(project), begun);
        }
    }

    private static string AssemblyOf(string project) =>
        Repository.PathOf(project, "bin", "Release", "net10.0", project + ".dll");

    private static void GetPrograms()
    {
        var packages = new Packages(Console.WriteLine);
        packages.Need("curl", "curl");
        packages.Need("nginx", "nginx-light", "nginx");
        PostgresPrograms.Need(packages);
        // The HTML report is looked at in a browser. Not every distribution has one to install; without it those tests
        // are skipped, but in CI they fail.
        if (Tool.Find("chromium") is null && Tool.Find("google-chrome") is null)
        {
            try
            {
                packages.Need("chromium", "chromium");
            }
            catch (StackException)
            {
                Console.WriteLine("no Chromium: the tests that look at the HTML report need one");
            }
        }

        var publisher = new Publisher(Console.WriteLine);
        publisher.Publish(Repository.Server);
        publisher.Publish(Repository.LoadTester);
    }

    private static (int Passed, int Failed) RunProject(string project, string? filter, string database)
    {
        string[] select = filter is null ? [] : ["-method", $"*{filter}*"];
        // Started in the background of a shell, this process ignores Ctrl-C, and so would the tests, which send some.
        var result = Tool.Follow(
            [
                "env", "--default-signal=INT", $"TEST_POSTGRES_URL={database}", "dotnet", AssemblyOf(project),
                "-noLogo", "-noColor", .. select,
            ],
            Console.WriteLine);
        var (passed, failed) = Count(result.Output);
        return result.Succeeded || failed > 0
            ? (passed, failed)
            : throw new StackException($"{project} ended with exit status {result.Status}");
    }

    // The runner's summary: `Total: 3, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 0.303s`.
    private static (int Passed, int Failed) Count(string output)
    {
        var counts = Summary().Match(output).Groups.Values.Skip(1)
            .Select(group => int.Parse(group.ValueSpan)).ToList();
        return counts is [var total, var errors, var failed, ..]
            ? (total - counts[1..].Sum(), errors + failed)
            : (0, 0);
    }

    [GeneratedRegex("Total: ([0-9]+), Errors: ([0-9]+), Failed: ([0-9]+), Skipped: ([0-9]+), Not Run: ([0-9]+)")]
    private static partial Regex Summary();

    /// <summary>
    /// The tests' PostgreSQL: for many ledgers at a time, and without waiting for a disk that will not lose its power.
    /// </summary>
    private sealed class TestDatabase : IDisposable
    {
        private readonly string _directory = Directory.CreateTempSubdirectory("rinha-tests-").FullName;
        private readonly PostgresCluster _cluster;
        private readonly CleanUp _cleanUp;

        public TestDatabase()
        {
            File.SetUnixFileMode(_directory, (UnixFileMode)0b111_101_101);
            var data = Path.Combine(_directory, "data");
            var sockets = Path.Combine(_directory, "sockets");
            Url = $"postgres://rinha@/rinha?host={sockets}";
            _cluster = new PostgresCluster(PostgresPrograms.Find()!, data, sockets);
            _cleanUp = new CleanUp(() =>
            {
                _cluster.Stop(isImmediate: true);
                Directory.Delete(_directory, recursive: true);
            });
            _cluster.Create();
            File.AppendAllLines(Path.Combine(data, "postgresql.auto.conf"), ["max_connections = 300", "fsync = off"]);
            _cluster.Start();
        }

        public string Url { get; }

        public void Dispose() => _cleanUp.Dispose();
    }
}
