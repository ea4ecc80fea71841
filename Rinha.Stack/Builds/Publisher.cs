namespace Rinha.Stack.Builds;

/// <summary>
/// Publishes the server, the load tester and the chaos runner as native executables below artifacts/, when a source is
/// newer than the executable. A file lock allows one build at a time across processes.
/// </summary>
public sealed partial class Publisher(Action<string> log, Packages? packages = null)
{
    private static string Runtime =>
        RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    public void Publish(string executable)
    {
        // Checked before the lock, so that a user without write access can run an up-to-date build.
        if (IsUpToDate(executable))
        {
            return;
        }

        var artifacts = Directory.CreateDirectory(Repository.PathOf("artifacts")).FullName;
        using var held = FileLock.Take(Path.Combine(artifacts, ".lock"), () => log("waiting for another build"));
        if (!IsUpToDate(executable))
        {
            Build(executable);
        }
    }

    /// <summary>
    /// Whether a project's output is newer than its sources and those of the projects it references. The file's name is
    /// the project's.
    /// </summary>
    public static bool IsUpToDate(string output)
    {
        var built = File.GetLastWriteTimeUtc(output);
        var project = Path.GetFileName(output).Replace(".dll", "", StringComparison.Ordinal);
        string[] shared = ["Directory.*.props", "schema*.sql", "global.json"];
        return File.Exists(output)
            && ProjectsOf(project)
                .SelectMany(name => Directory.EnumerateFiles(
                    Repository.PathOf(name), "*", SearchOption.AllDirectories))
                .Where(file => !BuildOutput().IsMatch(file[Repository.Root.Length..]))
                .Concat(shared.SelectMany(pattern => Directory.EnumerateFiles(Repository.Root, pattern)))
                .All(source => File.GetLastWriteTimeUtc(source) <= built);
    }

    private static IEnumerable<string> ProjectsOf(string project) =>
        Reference().Matches(File.ReadAllText(Repository.PathOf(project, project + ".csproj")))
            .SelectMany(match => ProjectsOf(match.Groups[1].Value))
            .Append(project)
            .Distinct();

    // Builds into a staging directory and swaps it in, since a running stack may restart the old binary meanwhile.
    private void Build(string executable)
    {
        var project = Path.GetFileName(executable);
        var directory = Path.GetDirectoryName(executable)!;
        var staging = directory + ".new";
        (packages ?? new Packages(log)).RequireLinker();
        log($"building {project} for {Runtime}");
        Files.DeleteTrees(staging);
        // A source saved during the build must make the output stale.
        var startedAt = DateTime.UtcNow;
        var output = new DotNet(log).Run(
            "publish", Repository.PathOf(project), "-r", Runtime, "-o", staging, "-p:RunAnalyzers=false");
        // An AOT warning means a broken program: fail even if warnings ever stop being errors.
        if (output.Contains("warning IL", StringComparison.Ordinal))
        {
            throw new StackException("the AOT compiler gave a warning (see above)");
        }

        File.SetLastWriteTimeUtc(Path.Combine(staging, project), startedAt);
        Files.DeleteTrees(directory);
        Directory.Move(staging, directory);
    }

    [GeneratedRegex(@"<ProjectReference Include=""\.\./([^/]+)/")]
    private static partial Regex Reference();

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildOutput();
}

/// <summary>Runs the .NET SDK with the flags that every verb uses.</summary>
public sealed class DotNet(Action<string> log)
{
    private const int Attempts = 3;

    private static readonly string[] s_registryFailures =
        ["NU1101", "NU1102", "NU1103", "NU1301", "not indicate success: 404"];

    /// <summary>Runs a command on a project, with retries if the package registry fails; returns its output.</summary>
    public string Run(string command, string project, params string[] flags)
    {
        for (var attempt = 1; ; attempt++)
        {
            string[] quietly = ["-c", "Release", "--nologo", "-v", "quiet", "--disable-build-servers", .. flags];
            var result = Tool.Follow(["dotnet", command, project, .. quietly], log);
            if (result.Succeeded)
            {
                return result.Output;
            }

            if (attempt == Attempts || !s_registryFailures.Any(result.Output.Contains))
            {
                throw new StackException($"dotnet {command} {project} failed (see above)");
            }

            log($"the package registry failed; attempt {attempt + 1} of {Attempts} in 20 s");
            Thread.Sleep(TimeSpan.FromSeconds(20));
        }
    }
}
