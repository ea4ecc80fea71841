namespace Rinha.LoadTest.Chaos.PowerLoss;

/// <summary>A loss of power to try.</summary>
/// <param name="Position">How much of the write log has happened, in bytes.</param>
/// <param name="Remains">What the disk has of what was not synced.</param>
internal readonly record struct Cut(long Position, Remains Remains)
{
    /// <summary>Cuts at random, half of them at the delicate moments, in the order of the log.</summary>
    public static IReadOnlyList<Cut> Choose(Recording recording, int count, Random random)
    {
        var delicate = recording.DelicateRecords();
        var cuts = new List<Cut>();
        for (var index = 0; index < count; index++)
        {
            var at = index % 2 == 0 ? random.Next(recording.Records.Count) : delicate[random.Next(delicate.Count)];
            cuts.Add(new Cut(recording.Records[at].End, (Remains)random.Next((int)Remains.Newest + 1)));
        }

        return [.. cuts.OrderBy(cut => cut.Position)];
    }
}
