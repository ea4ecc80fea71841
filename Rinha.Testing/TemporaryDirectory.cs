namespace Rinha.Testing;

/// <summary>A new directory, with a path short enough for a unix socket; deleted on Dispose.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string FullPath { get; } = Directory.CreateTempSubdirectory("rinha-").FullName;

    public string File(string name) => Path.Combine(FullPath, name);

    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
