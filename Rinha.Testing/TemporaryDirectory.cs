namespace Rinha.Testing;

/// <summary>A directory of its own, short enough for the path of a unix socket; gone when disposed.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Its absolute path.</summary>
    public string FullPath { get; } = Directory.CreateTempSubdirectory("rinha-").FullName;

    /// <summary>The absolute path of a file in it.</summary>
    public string File(string name) => Path.Combine(FullPath, name);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(FullPath, recursive: true);
}
