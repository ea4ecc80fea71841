namespace Rinha.LoadTest.Chaos.Storage;

/// <summary>How a server that does not start has to say so.</summary>
internal static class Refusal
{
    private const string Prefix = "Rinha.Server: ";

    /// <summary>It ends by itself, with an exit code of its own and one line that names file and reason.</summary>
    /// <param name="run">Is told.</param>
    /// <param name="api">The server.</param>
    /// <param name="said">How long its log was when it was started.</param>
    /// <param name="what">The fault, in words.</param>
    /// <param name="path">What the line must name.</param>
    /// <param name="reasons">One of these words must be in the line.</param>
    /// <returns>The line.</returns>
    public static string Check(
        CampaignRun run, BankProcess api, int said, string what, string path, params string[] reasons)
    {
        var hasEnded = api.WaitForEnd(Bank.Patience, out var exitCode);
        var log = api.Log[said..].TrimEnd();
        run.Check(
            hasEnded && exitCode is > 0 and < 128, () => $"{what}: ended {hasEnded}, exit code {exitCode}: {log}");
        // What it logs on the way is JSON; the refusal is a line of its own.
        var lines = log.Split('\n').Where(line => !line.StartsWith('{')).ToList();
        run.Check(
            lines.Count == 1 && lines[0].StartsWith(Prefix, StringComparison.Ordinal),
            () => $"{what}: not one line: {log}");
        var line = lines.LastOrDefault() ?? "";
        run.Check(line.Contains(path, StringComparison.Ordinal), () => $"{what}: does not name {path}: {line}");
        run.Check(
            reasons.Any(reason => line.Contains(reason, StringComparison.OrdinalIgnoreCase)),
            () => $"{what}: does not say {string.Join(" or ", reasons)}: {line}");
        return line;
    }
}
