namespace Rinha.Chaos.UnderTest;

// A small tmpfs, mounted for a campaign, that can be filled to its last byte.
internal sealed class TemporaryDisk : IDisposable
{
    private readonly string _ballast;

    private TemporaryDisk(string path) => (Path, _ballast) = (path, System.IO.Path.Combine(path, "ballast"));

    public string Path { get; }

    public static TemporaryDisk? TryMount(string path, int megabytes)
    {
        Directory.CreateDirectory(path);
        string[] mount = ["mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0711", "rinha-chaos", path];
        return Environment.IsPrivilegedProcess && Tool.Run(mount).Succeeded ? new TemporaryDisk(path) : null;
    }

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
                // Try a smaller chunk.
            }
        }
    }

    public void Free() => File.Delete(_ballast);

    public void Dispose() => _ = Tool.Run(["umount", "--lazy", Path]);
}
