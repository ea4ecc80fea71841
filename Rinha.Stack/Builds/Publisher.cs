using Rinha.Stack.Processes;

namespace Rinha.Stack.Builds;

/// <summary>
/// Publishes the server, the load tester and the chaos campaigns, each as a native executable in a directory of
/// artifacts/, when a source is newer than it. One build at a time.
/// </summary>
public sealed class Publisher(Action<string> say)
{
    private static string Artifacts => Repository.PathOf("artifacts");

    /// <summary>Publishes one of them if that is necessary.</summary>
    /// <param name="executable"><see cref="Repository.Server"/>, <see cref="Repository.LoadTester"/> or
    /// <see cref="Repository.Chaos"/>.</param>
    /// <exception cref="StackException">It does not compile.</exception>
    public void Publish(string executable)
    {
        // Asked before the lock: running what another user built takes no right to write here.
        if (IsUpToDate(executable))
        {
            return;
        }

        Directory.CreateDirectory(Artifacts);
        using var held = FileLock.Take(
            Path.Combine(Artifacts, ".lock"), () => say("waiting for another build"));
        if (!IsUpToDate(executable))
        {
            Build(executable);
        }
    }

    /// <summary>Whether an executable is newer than all it is built from.</summary>
    public static bool IsUpToDate(string executable)
    {
        if (!File.Exists(executable))
        {
            return false;
        }

        var built = File.GetLastWriteTimeUtc(executable);
        return Sources(Path.GetFileName(executable)).All(source => source.LastWriteTimeUtc <= built);
    }

    private static IEnumerable<FileInfo> Sources(string project)
    {
        // The campaigns have the load tester for a library.
        string[] projects = project == Path.GetFileName(Repository.Chaos)
            ? [project, Path.GetFileName(Repository.LoadTester)]
            : [project];
        var directories = projects.Select(name => new DirectoryInfo(Repository.PathOf(name))).ToList();
        var root = new DirectoryInfo(Repository.Root);
        return directories.SelectMany(directory => directory.EnumerateFiles())
            .Concat(directories.SelectMany(directory => directory.EnumerateDirectories())
                .Where(child => child.Name is not ("bin" or "obj"))
                .SelectMany(child => child.EnumerateFiles("*", SearchOption.AllDirectories)))
            .Concat(root.EnumerateFiles("Directory.*.props"))
            .Concat(root.EnumerateFiles("schema*.sql"))
            .Concat(root.EnumerateFiles("global.json"));
    }

    // Built beside and moved into place: a stack that runs must be able to start the old one again meanwhile.
    private void Build(string executable)
    {
        var project = Path.GetFileName(executable);
        var directory = Path.GetDirectoryName(executable)!;
        var beside = directory + ".new";
        new Packages(say).NeedLinker();
        say($"building {project} for {DotNet.Runtime}");
        if (Directory.Exists(beside))
        {
            Directory.Delete(beside, recursive: true);
        }

        // A source saved during the build must make the next one necessary.
        var begun = DateTime.UtcNow;
        var output = new DotNet(say).Run(
            "publish", Repository.PathOf(project), "-c", "Release", "-r", DotNet.Runtime, "-o", beside, "--nologo",
            "-v", "quiet", "-p:RunAnalyzers=false", "--disable-build-servers");
        // Warnings are errors already; those of the AOT compiler are looked for once more, as they mean a wrong
        // program.
        if (output.Contains("warning IL", StringComparison.Ordinal))
        {
            throw new StackException("the AOT compiler warns (see above)");
        }

        File.SetLastWriteTimeUtc(Path.Combine(beside, project), begun);
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }

        Directory.Move(beside, directory);
    }
}
