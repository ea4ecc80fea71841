namespace Rinha.LoadTest.Top;

/// <summary>Everything that is known of a stack at one moment.</summary>
/// <param name="AtSeconds">The moment, on a clock that only goes forward.</param>
/// <param name="Processes">Its processes, the APIs first.</param>
internal sealed record TopReading(double AtSeconds, IReadOnlyList<ProcessReading> Processes);

/// <summary>Everything that is known of one process of the stack at one moment.</summary>
/// <param name="Name"><c>api01</c>, <c>api02</c>, and <c>nginx</c>, <c>caddy</c> or <c>db</c>.</param>
/// <param name="State">
/// <c>up</c>, <c>down</c> when it does not answer, or what is wrong with the answer; <c>-</c> when it is not asked.
/// </param>
/// <param name="Scrape">What it says of itself, when it does.</param>
/// <param name="Cgroup">What the kernel says of it; <see langword="null"/> without cgroups.</param>
internal sealed record ProcessReading(string Name, string State, Scrape? Scrape, CgroupReading? Cgroup)
{
    public const string Up = "up";

    public const string Down = "down";

    public const string NotAsked = "-";
}
