using System.Text.RegularExpressions;
using Rinha.Stack;
using Rinha.Stack.Builds;
using Rinha.Stack.Databases;
using Rinha.Stack.Proxies;

namespace Rinha.Cli;

// test: runs every test, or those whose class or method name contains a word. The last line counts them.
internal static partial class TestVerb
{
    // The projects of one group run in parallel. The stacks need both cores.
    private static readonly string[][] s_projects =
        [["Rinha.Server.Tests", "Rinha.LoadTest.Tests"], ["Rinha.Stack.Tests"]];

    private static readonly Argument<string?> s_filter = new("filter")
    {
        Description = "Run only tests whose full name, including the class, contains this.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() => Arguments.Verb(
        "test",
        "Run every test, or those whose name contains a word.",
        parsed => Run(parsed.GetValue(s_filter), Arguments.Packages(parsed, Console.WriteLine)),
        s_filter,
        Arguments.Yes);

    private static int Run(string? filter, Packages packages)
    {
        var (passed, failed) = (0, 0);
        try
        {
            InstallPrograms(packages);
            var chosen = s_projects
                .Select(projects => projects.Where(name => HasTests(name, filter)).ToList()).ToList();
            Build(filter is null ? null : chosen.SelectMany(projects => projects));
            // Stack tests start their own PostgreSQL.
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
            // The count is the last line even after an error.
            Console.WriteLine($"{passed} passed, {failed} failed");
        }
    }

    // Whether a source file of the project contains the filter's last word.
    private static bool HasTests(string project, string? filter)
    {
        var word = filter?.Split('.', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
        return Directory.EnumerateFiles(Repository.PathOf(project), "*.cs", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains(word, StringComparison.Ordinal));
    }

    // Builds the whole solution, or the stale ones among some projects.
    private static void Build(IEnumerable<string>? projects)
    {
        var dotnet = new DotNet(Console.WriteLine);
        if (projects is null)
        {
            dotnet.Run("build", Repository.PathOf("Rinha.slnx"));
        }

        foreach (var project in (projects ?? []).Where(project => !Publisher.IsUpToDate(AssemblyOf(project))))
        {
            var startedAt = DateTime.UtcNow;
            dotnet.Run("build", Repository.PathOf(project));
            File.SetLastWriteTimeUtc(AssemblyOf(project), startedAt);
        }
    }

    private static string AssemblyOf(string project) =>
        Repository.PathOf(project, "bin", "Release", "net10.0", project + ".dll");

    private static void InstallPrograms(Packages packages)
    {
        packages.Require("curl", "curl");
        new NginxLayer4().Require(packages);
        PostgresPrograms.Require(packages);
        TryRequire(packages, "spin", "the models of docs/models are not checked");
        TryRequire(packages, "pgbouncer", "the tests of the ledger behind PgBouncer are skipped");
        // Some tests render the HTML report in a browser. Without one they are skipped, but fail in CI.
        if (Tool.Find("google-chrome") is null)
        {
            TryRequire(packages, "chromium", "the tests that render the HTML report need it");
        }

        var publisher = new Publisher(Console.WriteLine, packages);
        publisher.Publish(Repository.Server);
        publisher.Publish(Repository.LoadTester);
    }

    private static void TryRequire(Packages packages, string program, string consequence)
    {
        try
        {
            packages.Require(program, program);
        }
        catch (StackException)
        {
            Console.WriteLine($"no {program}: {consequence}");
        }
    }

    private static (int Passed, int Failed) RunProject(string project, string? filter, string database)
    {
        string[] select = filter is null ? [] : ["-method", $"*{filter}*"];
        // A shell's background job ignores SIGINT and so would the tests, some of which send it.
        var result = Tool.Follow(
            [
                "env", "--default-signal=INT", $"TEST_POSTGRES_URL={database}", "dotnet", AssemblyOf(project),
                "-noLogo", "-noColor", .. select,
            ],
            Console.WriteLine);
        var (passed, failed) = Count(result.Output);
        return result.Succeeded || failed > 0
            ? (passed, failed)
            : throw new StackException($"{project} exited with status {result.Status}");
    }

    // The runner's summary line: `Total: 3, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 0.303s`.
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

    // The tests' PostgreSQL, with many connections and without fsync.
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
