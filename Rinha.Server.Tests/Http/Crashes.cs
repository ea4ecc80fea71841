namespace Rinha.Server.Tests.Http;

/// <summary>
/// Requests that a fuzzer has found, or that are the worst of their kind: <c>Crashes/STATUS-NAME.http</c> has the
/// bytes, and in its name the status of the one answer, or 000 when there is only the end. The campaign <c>fuzz</c> of
/// <c>./rinha chaos</c> tries them too, and damages them further.
/// </summary>
public static class Crashes
{
    private static readonly string s_directory = Repository.PathOf("Rinha.Server.Tests", "Http", "Crashes");

    /// <summary>The files' names.</summary>
    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(s_directory).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>What a file has.</summary>
    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(s_directory, name));
}
