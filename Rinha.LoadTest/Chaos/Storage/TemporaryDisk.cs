using System.Globalization;

namespace Rinha.LoadTest.Chaos.Storage;

/// <summary>A small disk in memory, mounted for a campaign, that can be filled to its last byte.</summary>
internal sealed class TemporaryDisk : IDisposable
{
    private readonly string _ballast;

    private TemporaryDisk(string path)
    {
        Path = path;
        _ballast = System.IO.Path.Combine(path, "ballast");
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Mounts one.</summary>
    /// <returns><see langword="null"/> where this process may not mount.</returns>
    public static TemporaryDisk? TryMount(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        var size = string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0711");
        return Environment.IsPrivilegedProcess && Command.Run("mount", "-t", "tmpfs", "-o", size, "rinha-chaos", path)
            ? new TemporaryDisk(path)
            : null;
    }

    /// <summary>Leaves no room.</summary>
    public void Fill()
    {
        using var file = new FileStream(_ballast, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        for (var chunk = new byte[64 * 1024]; chunk.Length > 0; chunk = new byte[chunk.Length / 16])
        {
            try
            {
                while (true)
                {
                    file.Write(chunk);
                }
            }
            catch (IOException)
            {
                // So much does not fit any more.
            }
        }
    }

    /// <summary>Gives the room back.</summary>
    public void Free() => File.Delete(_ballast);

    /// <inheritdoc/>
    public void Dispose() => Command.Run("umount", "--lazy", Path);
}
