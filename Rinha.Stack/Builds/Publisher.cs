namespace Rinha.Stack.Builds;

/// <summary>
/// Publishes the server, the load tester and the chaos campaigns, each as a native executable in a directory of
/// artifacts/, when a source is newer than it. One build at a time.
/// </summary>
public sealed partial class Publisher(Action<string> say)
{
    private static string Runtime =>
        RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    public void Publish(string executable)
    {
        // Asked before the lock: running what another user built takes no right to write here.
        if (IsUpToDate(executable))
        {
            return;
        }

        var artifacts = Directory.CreateDirectory(Repository.PathOf("artifacts")).FullName;
        using var held = FileLock.Take(Path.Combine(artifacts, ".lock"), () => say("waiting for another build"));
        if (!IsUpToDate(executable))
        {
            Build(executable);
        }
    }

    /// <summary>
    /// Whether the output of a project, which has its name, is newer than the sources of the project and of those it
    /// refers to.
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

    // Built beside and moved into place: a stack that runs must be able to start the old one again meanwhile.
    private void Build(string executable)
    {
        var project = Path.GetFileName(executable);
        var directory = Path.GetDirectoryName(executable)!;
        var beside = directory + ".new";
        new Packages(say).NeedLinker();
        say($"building {project} for {Runtime}");
        Files.DeleteTrees(beside);
        // A source saved during the build must make the next one necessary.
        var begun = DateTime.UtcNow;
        var output = new DotNet(say).Run(
            "publish", Repository.PathOf(project), "-r", Runtime, "-o", beside, "-p:RunAnalyzers=false");
        // Warnings are errors already. The AOT compiler's mean a wrong program, so look for them once more.
        if (output.Contains("warning IL", StringComparison.Ordinal))
        {
            throw new StackException("the AOT compiler warns (see above)");
        }

        File.SetLastWriteTimeUtc(Path.Combine(beside, project), begun);
        Files.DeleteTrees(directory);
        Directory.Move(beside, directory);
    }

    [GeneratedRegex(@"<ProjectReference Include=""\.\./([^/]+)/")]
    private static partial Regex Reference();

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex BuildOutput();
}

/// <summary>The .NET SDK, called as every verb calls it.</summary>
public sealed class DotNet(Action<string> say)
{
    private const int Attempts = 3;

    private static readonly string[] s_registryFailures =
        ["NU1101", "NU1102", "NU1103", "NU1301", "not indicate success: 404"];

    /// <summary>Runs a command on a project, again if the package registry failed; returns all it printed.</summary>
    public string Run(string command, string project, params string[] flags)
    {
        for (var attempt = 1; ; attempt++)
        {
            string[] quietly = ["-c", "Release", "--nologo", "-v", "quiet", "--disable-build-servers", .. flags];
            var result = Tool.Follow(["dotnet", command, project, .. quietly], say);
            if (result.Succeeded)
            {
                return result.Output;
            }

            if (attempt == Attempts || !s_registryFailures.Any(result.Output.Contains))
            {
                throw new StackException($"dotnet {command} {project} failed (see above)");
            }

            say($"the package registry did not answer as expected; attempt {attempt + 1} of {Attempts} in 20 s");
            Thread.Sleep(TimeSpan.FromSeconds(20));
        }
    }
}
