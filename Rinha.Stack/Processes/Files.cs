namespace Rinha.Stack.Processes;

/// <summary>A lock between processes (flock); the kernel releases it when the holder dies.</summary>
public sealed class FileLock : IDisposable
{
    private const int WouldBlock = 11; // EAGAIN

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; <see langword="null"/> when another process holds it.</summary>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException error) when (error.HResult == WouldBlock)
        {
            return null;
        }
    }

    /// <summary>Waits for the lock; calls <paramref name="waiting"/> once if it is held.</summary>
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

/// <summary>Access to files that may be missing or unreadable.</summary>
public static class Files
{
    /// <summary>The result, or a fallback when the file is missing or inaccessible.</summary>
    public static T Try<T>(Func<T> use, T fallback)
    {
        try
        {
            return use();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return fallback;
        }
    }

    /// <summary>Returns whether the action succeeded.</summary>
    public static bool Try(Action use) => Try(
        () =>
        {
            use();
            return true;
        },
        fallback: false);

    /// <summary>Deletes the directories that exist, recursively.</summary>
    public static void DeleteTrees(params IEnumerable<string> directories)
    {
        foreach (var directory in directories.Where(Directory.Exists))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
