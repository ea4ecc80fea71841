namespace Rinha.Stack.Builds;

/// <summary>A lock between processes, which the kernel takes back when its holder dies (flock).</summary>
public sealed class FileLock : IDisposable
{
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Takes the lock, unless another process has it.</summary>
    /// <returns>The lock, or <see langword="null"/>.</returns>
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

    /// <summary>Takes the lock, however long that takes.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="waiting">Called once when another process has it.</param>
    public static FileLock Take(string path, Action waiting)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            if (isFirst)
            {
                waiting();
            }

            Thread.Sleep(100);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
