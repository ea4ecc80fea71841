namespace Rinha.Stack.Builds;

/// <summary>
/// Publishes the server, the load tester and the chaos runner as native executables below artifacts/, when a source is
/// newer than the executable. A file lock allows one build at a time across processes.
/// </summary>
public sealed partial class Publisher(Action<string> log, Packages? packages = null)
{
    private const string Arm64 = "linux-arm64";

    /// <summary>The .NET runtime identifier of this machine.</summary>
    public static string Runtime => RuntimeInformation.OSArchitecture == Architecture.Arm64 ? Arm64 : "linux-x64";

    public void Publish(string executable) => Publish(executable, Runtime, () => IsUpToDate(executable));

    /// <summary>
    /// Publishes an executable for this architecture or another one, again if it was built from another commit.
    /// Returns its path.
    /// </summary>
    public string PublishCommit(string executable, string runtime, string commit)
    {
        var isNative = runtime == Runtime;
        var output = isNative ? executable : Path.Combine(
            Repository.PathOf("artifacts", runtime), Path.GetRelativePath(Repository.PathOf("artifacts"), executable));
        Publish(output, runtime, () => isNative && IsUpToDate(executable)
            && Tool.Run([executable, "--version"]).Output.TrimEnd().EndsWith(commit, StringComparison.Ordinal));
        return output;
    }

    private void Publish(string executable, string runtime, Func<bool> isCurrent)
    {
        // Checked before the lock, so that a user without write access can run an up-to-date build.
        if (isCurrent())
        {
            return;
        }

        var artifacts = Directory.CreateDirectory(Repository.PathOf("artifacts")).FullName;
        using var held = FileLock.Take(Path.Combine(artifacts, ".lock"), () => log("waiting for another build"));
        if (!isCurrent())
        {
            Build(executable, runtime);
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
    private void Build(string executable, string runtime)
    {
        var project = Path.GetFileName(executable);
        var directory = Path.GetDirectoryName(executable)!;
        var staging = directory + ".new";
        var programs = packages ?? new Packages(log);
        programs.RequireLinker();
        var cross = RequireCrossLinker(programs, runtime);
        log($"building {project} for {runtime}");
        Files.DeleteTrees(staging);
        // A source saved during the build must make the output stale.
        var startedAt = DateTime.UtcNow;
        var output = new DotNet(log).Run(
            "publish", Repository.PathOf(project),
            ["-r", runtime, "-o", staging, "-p:RunAnalyzers=false", .. cross]);
        // An AOT warning means a broken program: fail even if warnings ever stop being errors.
        if (output.Contains("warning IL", StringComparison.Ordinal))
        {
            throw new StackException("the AOT compiler gave a warning (see above)");
        }

        File.SetLastWriteTimeUtc(Path.Combine(staging, project), startedAt);
        Files.DeleteTrees(directory);
        Directory.Move(staging, directory);
    }

    // What dotnet publish needs to link for another architecture: clang, with Debian's libraries for cross compilers.
    private static string[] RequireCrossLinker(Packages packages, string runtime)
    {
        if (runtime == Runtime)
        {
            return [];
        }

        if (runtime != Arm64)
        {
            throw new UsageException($"{runtime} is not built on {Runtime}");
        }

        packages.Require("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        if (!File.Exists("/usr/aarch64-linux-gnu/lib/libc.so"))
        {
            packages.Install("/usr/aarch64-linux-gnu/lib/libc.so", "libc6-dev-arm64-cross");
        }

        packages.Require("clang", "clang");
        packages.Require("ld.lld", "lld");
        return
        [
            "-p:CppCompilerAndLinker=clang", "-p:LinkerFlavor=lld", "-p:ObjCopyName=aarch64-linux-gnu-objcopy",
            // packages.lock.json has one architecture's compiler.
            $"-p:NuGetLockFilePath={Repository.PathOf("artifacts", runtime, "packages.lock.json")}",
        ];
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
        string[] quietly = ["-c", "Release", "--nologo", "-v", "quiet", "--disable-build-servers", .. flags];
        return Run([command, project, .. quietly], log);
    }

    /// <summary>Runs a tool of .config/dotnet-tools.json; its output is shown only if it fails.</summary>
    public void RunTool(string name, params string[] arguments)
    {
        var lines = new List<string>();
        try
        {
            Run(["tool", "restore"], lines.Add);
            Run(["tool", "run", name, .. arguments], lines.Add);
        }
        catch (StackException)
        {
            lines.ForEach(log);
            throw;
        }
    }

    private string Run(string[] arguments, Action<string> follow)
    {
        for (var attempt = 1; ; attempt++)
        {
            var result = Tool.Follow(["dotnet", .. arguments], follow);
            if (result.Succeeded)
            {
                return result.Output;
            }

            if (attempt == Attempts || !s_registryFailures.Any(result.Output.Contains))
            {
                throw new StackException($"dotnet {arguments[0]} {arguments[1]} failed (see above)");
            }

            log($"the package registry failed; attempt {attempt + 1} of {Attempts} in 20 s");
            Thread.Sleep(TimeSpan.FromSeconds(20));
        }
    }
}
