using System.Globalization;
using System.Text;

namespace Rinha.LoadTest.Chaos.Fuzz;

/// <summary>
/// Reports what was found: the first few of a kind each in a file, as small as it can be made, to be kept as a test.
/// </summary>
internal sealed class FuzzFindings(CampaignRun run)
{
    private const int FilesMax = 3;

    private readonly Dictionary<string, int> _counts = [];
    private readonly List<(string What, FuzzCase Sent, FuzzLane Lane)> _first = [];

    /// <summary>Notes one; it is made small later, when nothing else is under way.</summary>
    public void Add(string what, FuzzCase sent, FuzzLane lane)
    {
        _counts[what] = _counts.GetValueOrDefault(what) + 1;
        if (_counts[what] <= FilesMax)
        {
            _first.Add((what, sent, lane));
            Console.Error.WriteLine($"  case {sent.Number} at {lane.Target.Url}: {what}: {Text(sent.Bytes)}");
        }
    }

    /// <summary>Makes the first of each kind small, writes them down and tells the run.</summary>
    public void Report()
    {
        foreach (var (what, sent, lane) in _first)
        {
            var unknown = sent with { Outcome = FuzzOutcome.Anything, Answers = 0 };
            var bytes = SingleCase.Find(lane, unknown) == what
                ? CaseMinimizer.Minimize(
                    sent.Bytes, less => SingleCase.Find(lane, unknown with { Bytes = less }) == what)
                : sent.Bytes;
            var path = Write(run, $"case-{sent.Number}", bytes);
            run.Check(false, () =>
                $"case {sent.Number} at {lane.Target.Url}: {what} ({_counts[what]} times), {path}: {Text(bytes)}");
        }

        _first.Clear();
    }

    /// <summary>Writes a case into the campaign's directory.</summary>
    public static string Write(CampaignRun run, string name, byte[] bytes)
    {
        var path = Path.Combine(run.Directory, string.Create(CultureInfo.InvariantCulture, $"{name}.http"));
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string Text(byte[] bytes) =>
        string.Concat(Encoding.Latin1.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 400)))
            .Select(letter => letter is >= ' ' and < '\x7F' ? letter.ToString() : $"\\x{(int)letter:X2}"));
}
