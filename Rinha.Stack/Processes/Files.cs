namespace Rinha.Stack.Processes;

/// <summary>A lock between processes, which the kernel takes back when its holder dies (flock).</summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; <see langword="null"/> when another process has it.</summary>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <summary>Takes the lock, however long that takes; calls <paramref name="waiting"/> once if it has to.</summary>
    public static FileLock Take(string path, Action waiting)
    {
        var taken = TryTake(path);
        if (taken is null)
        {
            waiting();
        }

        while (taken is null)
        {
            Thread.Sleep(100);
            taken = TryTake(path);
        }

        return taken;
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>Files that may be gone, or closed to this user.</summary>
public static class Files
{
    /// <summary>What can be had of one, otherwise something else.</summary>
    public static T Try<T>(Func<T> use, T otherwise)
    {
        try
        {
            return use();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }

    /// <summary>Whether it can be done.</summary>
    public static bool Try(Action use) => Try(
        () =>
        {
            use();
            return true;
        },
        otherwise: false);

    /// <summary>Deletes those of these directories that are there, with all they hold.</summary>
    public static void DeleteTrees(params IEnumerable<string> directories)
    {
        foreach (var directory in directories.Where(Directory.Exists))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
